import { assert, assertEquals, assertMatch } from "@std/assert";
import { RoundTrips } from "../../lib/round_trips.ts";

Deno.test({
  name: "RoundTrips counts what is lost, doubled and out of order",
  permissions: "none",
}, () => {
  const trips = new RoundTrips();
  for (let count = 0; count < 5; count++) trips.begin();
  assert(trips.end(1)! >= 0);
  assert(trips.end(3)! >= 0);
  assert(trips.end(2)! >= 0);
  assertEquals(trips.end(3), undefined);
  assertEquals([1, 2, 3, 4].map((number) => trips.isBack(number)), [
    ...[true, true, true, false],
  ]);
  const [counts, times] = trips.summary();
  assertEquals(
    counts,
    "5 sent, 3 received, 2 lost (40%), 1 duplicated, 1 out of order",
  );
  const [, least, average, most] = /= ([\d.]+)\/([\d.]+)\/([\d.]+) ms$/.exec(
    times,
  )!.map(Number);
  assert(least <= average && average <= most);
});

Deno.test({
  name: "RoundTrips has no times if nothing came back",
  permissions: "none",
}, () => {
  const trips = new RoundTrips();
  trips.begin();
  const lines = trips.summary();
  assertEquals(lines.length, 1);
  assertMatch(lines[0], /^1 sent, 0 received, 1 lost \(100%\)/);
});

Deno.test({
  name: "RoundTrips rounds no loss to none, and no reply to a loss of all",
  permissions: "none",
}, () => {
  const lost = (sent: number, received: number) => {
    const trips = new RoundTrips();
    for (let count = 0; count < sent; count++) trips.begin();
    for (let number = 1; number <= received; number++) trips.end(number);
    return /\((.*)\)/.exec(trips.summary()[0])![1];
  };
  assertEquals([lost(3, 2), lost(1000, 1000)], ["33%", "0%"]);
  assertEquals([lost(1000, 998), lost(1000, 2)], ["0.2%", "99.8%"]);
  assertEquals([lost(100_000, 99_999), lost(7, 0)], ["0.001%", "100%"]);
});
