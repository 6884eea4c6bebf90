import { assert, assertEquals } from "@std/assert";
import { type Taker, Turns } from "../../lib/turns.ts";

/** How many are let in at once. */
const MOST = 64;

type Turn = Promise<void> | undefined;

/** As many connections that have not been read yet. */
function connections(length: number): Taker[] {
  return Array.from({ length }, () => ({ round: 0 }));
}

/** Asks for the next turn of each. */
function next(turns: Turns, conns: Taker[]): Turn[] {
  return conns.map((conn) => turns.next(conn));
}

/** Turns in which all places are taken, and those who have them. */
function full(): { turns: Turns; inside: Taker[] } {
  const turns = new Turns();
  const inside = connections(MOST);
  next(turns, inside);
  return { turns, inside };
}

/** A connection that is no newcomer. */
function served(turns: Turns): Taker {
  const conn = { round: 0 };
  turns.next(conn);
  turns.leave(conn);
  return conn;
}

/** Whether a turn has come by now. */
async function hasCome(turn: Turn): Promise<boolean> {
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
  const { turns, inside } = full();
  for (let read = 0; read < 10_000; read++) {
    assertEquals(turns.next(inside[read % MOST]), undefined);
  }
});

Deno.test({
  name: "Turns lets newcomers in at once, also when all places are taken",
  permissions: "none",
}, () => {
  const { turns } = full();
  assertEquals(next(turns, connections(1000)), Array(1000).fill(undefined));
});

Deno.test({
  name: "Turns serves a crowd one after another, few at a time",
  permissions: "none",
}, async () => {
  const turns = new Turns();
  const crowd = connections(300);
  next(turns, crowd);
  let inside = 0;
  const order: number[] = [];
  await Promise.all(crowd.map(async (conn, index) => {
    for (let round = 0; round < 5; round++) {
      await turns.next(conn);
      assert(++inside <= MOST, `${inside} are in at once`);
      order.push(index);
      await Promise.resolve(); // no timer runs meanwhile
      inside--;
    }
    turns.leave(conn);
  }));
  turns.close();
  const round = Array.from(crowd.keys());
  assertEquals(order, [...round, ...round, ...round, ...round, ...round]);
});

Deno.test({
  name: "Turns lets the first who waits in when somebody leaves",
  permissions: "none",
}, async () => {
  const { turns, inside } = full();
  const [first, second] = next(turns, [served(turns), served(turns)]);
  assertEquals(await hasCome(first), false);
  turns.leave(inside[0]);
  assert(await hasCome(first));
  turns.leave(inside[0]); // again, which changes nothing
  assertEquals(await hasCome(second), false);
  turns.leave(inside[1]);
  assert(await hasCome(second));
  turns.close();
});

Deno.test({
  name: "Turns forgets those who have a place and say nothing",
  permissions: "none",
}, async () => {
  const { turns, inside } = full();
  await turns.next(served(turns));
  // They read on without a place, and give none back.
  next(turns, connections(MOST));
  assertEquals(turns.next(inside[0]), undefined);
  const late = turns.next(served(turns));
  turns.leave(inside[0]);
  turns.leave(inside[1]);
  assertEquals(await hasCome(late), false);
  await late;
  turns.close();
});

Deno.test({
  name: "Turns lets all in, however many, if nobody says anything",
  permissions: "none",
}, async () => {
  const { turns } = full();
  const waiting = Array.from({ length: 1000 }, () => served(turns));
  await Promise.all(next(turns, waiting));
  turns.close();
});
