import { assert, assertEquals } from "@std/assert";
import { Turns } from "../../lib/turns.ts";

const conns = Array.from({ length: 300 }, (_, id) => ({ id }));

/** Turns that have seen all of `conns` read, again and again: a crowd. */
function crowded(): Turns {
  const turns = new Turns();
  for (let read = 0; turns.next(conns[read % conns.length]) === undefined;) {
    assert(++read < 10_000, "300 connections are a crowd");
  }
  return turns;
}

/** Serves the connections once each; returns the promises of their next turns. */
function serve(turns: Turns, served: object[]): (Promise<void> | undefined)[] {
  return served.map((conn) => turns.next(conn));
}

/** Whether a turn has come by now. */
async function hasCome(turn: Promise<void> | undefined): Promise<boolean> {
  let come = turn === undefined;
  turn?.then(() => come = true);
  await Promise.resolve();
  await Promise.resolve();
  return come;
}

Deno.test({
  name: "Turns lets a few busy connections read on at once",
  permissions: "none",
}, () => {
  const turns = new Turns();
  for (let read = 0; read < 10_000; read++) {
    assertEquals(turns.next(conns[read % 64]), undefined);
  }
});

Deno.test({
  name: "Turns takes a crowd that says one thing each for no crowd for long",
  permissions: "none",
}, async () => {
  const turns = new Turns();
  serve(turns, conns);
  let waits = 0;
  for (let read = 0; read < 10_000; read++) {
    const turn = turns.next(conns[7]);
    if (turn) waits++;
    await turn;
  }
  assertEquals(waits, 1);
});

Deno.test({
  name: "Turns makes each of a crowd wait until all the others were served",
  permissions: "none",
}, async () => {
  const turns = crowded();
  // The first round ends when nobody comes any more: then the size is known.
  await Promise.all(serve(turns, conns.slice(1)));
  const [first, ...rest] = serve(turns, conns.slice(0, -1));
  assertEquals(await hasCome(first), false);
  turns.next(conns.at(-1)!);
  assert(await hasCome(first));
  await Promise.all(rest);
});

Deno.test({
  name: "Turns ends a round without those who have left, and forgets a crowd",
  permissions: "none",
}, async () => {
  const turns = crowded();
  await Promise.all(serve(turns, conns));
  await Promise.all(serve(turns, conns.slice(0, 50)));
  assertEquals(turns.next(conns[0]), undefined);
});
