import { assert, assertEquals } from "@std/assert";
import { fates } from "../../lib/fates.ts";

Deno.test({
  name: "fates() follow their odds",
  permissions: "none",
}, () => {
  const fate = fates({ drop: 0.25, duplicate: 0, reorder: 1 }, 42);
  let dropped = 0;
  for (let count = 0; count < 10_000; count++) {
    const { drop, duplicate, reorder } = fate.next().value;
    if (drop) dropped++;
    assert(!duplicate && reorder);
  }
  assert(Math.abs(dropped - 2500) < 200, `${dropped}`);
});

Deno.test({
  name: "fates() are the same for the same seed, and others for another",
  permissions: "none",
}, () => {
  const odds = { drop: 0.5, duplicate: 0.5, reorder: 0.5 };
  const first = (seed: number) => {
    const fate = fates(odds, seed);
    return Array.from({ length: 50 }, () => fate.next().value);
  };
  assertEquals(first(7), first(7));
  assert(JSON.stringify(first(7)) !== JSON.stringify(first(8)));
});
