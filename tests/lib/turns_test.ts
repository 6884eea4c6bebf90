import { assert, assertEquals } from "@std/assert";
import { type Taker, Turns } from "../../lib/turns.ts";

/** As many connections that have not been served yet. */
function connections(length: number): Taker[] {
  return Array.from({ length }, () => ({ metIn: -1 }));
}

/** Turns that have seen all of `conns` read, again and again: a crowd. */
function crowded(conns: Taker[]): Turns {
  const turns = new Turns();
  for (let read = 0; turns.next(conns[read % conns.length]) === undefined;) {
    assert(++read < 10_000, "300 connections are a crowd");
  }
  return turns;
}

/** Serves the connections once each; returns the promises of their next turns. */
function serve(turns: Turns, served: Taker[]): (Promise<void> | undefined)[] {
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
  const conns = connections(64);
  for (let read = 0; read < 10_000; read++) {
    assertEquals(turns.next(conns[read % 64]), undefined);
  }
});

Deno.test({
  name: "Turns takes those who say one thing each for no crowd",
  permissions: "none",
}, () => {
  const turns = new Turns();
  for (const conn of connections(10_000)) {
    assertEquals(turns.next(conn), undefined);
  }
});

Deno.test({
  name: "Turns makes each of a crowd wait until all the others were served",
  permissions: "none",
}, async () => {
  const conns = connections(300);
  const turns = crowded(conns);
  // Two rounds end when nobody comes any more: as many twice are the whole crowd.
  await Promise.all(serve(turns, conns.slice(1))); // one waits already
  await Promise.all(serve(turns, conns));
  const [first, ...rest] = serve(turns, conns.slice(0, -1));
  assertEquals(await hasCome(first), false);
  turns.next(conns.at(-1)!);
  assert(await hasCome(first));
  await Promise.all(rest);
});

Deno.test({
  name: "Turns waits for more as long as a crowd still grows",
  permissions: "none",
}, async () => {
  const conns = connections(300);
  const turns = crowded(conns);
  await Promise.all(serve(turns, conns.slice(0, 150)));
  await Promise.all(serve(turns, conns));
  const [first, ...rest] = serve(turns, conns);
  assertEquals(await hasCome(first), false);
  await Promise.all([first, ...rest]);
});

Deno.test({
  name: "Turns lets a newcomer read on at once, also in a crowd",
  permissions: "none",
}, async () => {
  const conns = connections(300);
  const turns = crowded(conns);
  const [turn] = serve(turns, conns);
  assertEquals(serve(turns, connections(10)), Array(10).fill(undefined));
  await turn;
});

Deno.test({
  name: "Turns ends a round in time, also if there are always more to come",
  permissions: "none",
}, async () => {
  const conns = connections(300);
  const turns = crowded(conns);
  let isOver = false;
  turns.next(conns[0])!.then(() => isOver = true);
  while (!isOver) {
    // Each comes for the second time, and waits.
    for (const conn of connections(10)) serve(turns, [conn, conn]);
    await new Promise((resolve) => setTimeout(resolve));
  }
});

Deno.test({
  name: "Turns ends a round without those who have left, and forgets a crowd",
  permissions: "none",
}, async () => {
  const conns = connections(300);
  const turns = crowded(conns);
  await Promise.all(serve(turns, conns));
  await Promise.all(serve(turns, conns.slice(0, 50)));
  assertEquals(turns.next(conns[0]), undefined);
});
