/**
 * A share of the active connections, in a thread of its own, so that the load
 * is not held back by what else the soak does.
 *
 * @module
 */

import { connectTcp } from "../../lib/connect.ts";
import type { Connection } from "../../lib/connection.ts";
import { writeAll } from "../../lib/stream.ts";
import { requirePeerFault } from "./echo.ts";
import { Latencies, type LatencyCounts } from "./latency.ts";
import { isDescriptorLimit } from "./limit.ts";
import { Ledger, MESSAGE_BYTES } from "./message.ts";

/** Most messages of one connection that are on their way at a time. */
const MOST_IN_FLIGHT = 8;
/** How often it tells how far it is, in ms. */
const TELL_MS = 250;

/** What a worker is to do. */
export interface Task {
  port: number;
  /** How many connections, and the number of the first. */
  connections: number;
  first: number;
  /** At least so many messages, and at least until that time (`Date.now()`). */
  messages: number;
  until: number;
  /** How long a reply may take. */
  patienceMs: number;
}

/** What became of the messages. */
export interface Outcome {
  /** Connections that the server accepted. */
  connected: number;
  sent: number;
  whole: number;
  changed: number;
  reordered: number;
  /** Missing, though a later reply came. */
  skipped: number;
  /** On their way when the connection ended. */
  unanswered: number;
  /** Of these, sent before the server was asked to end. */
  unansweredEarly: number;
  /** Connections that ended in the middle of a reply. */
  torn: number;
  latencies: LatencyCounts;
}

/** What a worker says. */
export type Said =
  | { kind: "ready" }
  | { kind: "whole"; count: number }
  | { kind: "limit" }
  | { kind: "done"; outcome: Outcome };

/** One connection, with what it has sent and when. */
interface Talk {
  conn: Connection;
  ledger: Ledger;
  lastSent: number;
}

class Load {
  readonly #task: Task;
  readonly #latencies = new Latencies();
  #talks: Talk[] = [];
  #left: number;

  constructor(task: Task) {
    this.#task = task;
    this.#left = task.messages;
  }

  get whole(): number {
    return this.#talks.reduce((sum, { ledger }) => sum + ledger.whole, 0);
  }

  async connect(): Promise<void> {
    const { port, connections, first } = this.#task;
    await Promise.all(Array.from({ length: connections }, async (_, index) => {
      try {
        const conn = await connectTcp({ hostname: "127.0.0.1", port });
        const ledger = new Ledger(first + index);
        this.#talks.push({ conn, ledger, lastSent: 0 });
      } catch (error) {
        requirePeerFault(error);
      }
    }));
  }

  async run(): Promise<void> {
    await Promise.all(this.#talks.map(async (talk) => {
      using _conn = talk.conn;
      try {
        await this.#talk(talk);
      } catch (error) {
        requirePeerFault(error);
      }
    }));
  }

  outcome(askedToEnd: number): Outcome {
    const sum = (value: (talk: Talk) => number) =>
      this.#talks.reduce((total, talk) => total + value(talk), 0);
    return {
      connected: this.#talks.length,
      sent: sum(({ ledger }) => ledger.sent),
      whole: this.whole,
      changed: sum(({ ledger }) => ledger.changed),
      reordered: sum(({ ledger }) => ledger.reordered),
      skipped: sum(({ ledger }) => ledger.skipped),
      unanswered: sum(({ ledger }) => ledger.awaited),
      unansweredEarly: sum(({ ledger, lastSent }) =>
        lastSent < askedToEnd ? ledger.awaited : 0
      ),
      torn: sum(({ ledger }) => Number(ledger.isTorn)),
      latencies: this.#latencies,
    };
  }

  async #talk(talk: Talk): Promise<void> {
    const { conn, ledger } = talk;
    const buffer = new Uint8Array(MOST_IN_FLIGHT * MESSAGE_BYTES);
    for (let count = 1; (count = this.#take(count)) > 0;) {
      conn.limitSilence(this.#task.patienceMs, "nothing came back");
      const start = performance.now();
      talk.lastSent = performance.timeOrigin + start;
      // The limit of reading ends it too.
      await writeAll(conn, ledger.write(count), { timeoutMs: Infinity });
      while (ledger.awaited > 0) {
        const length = await conn.read(buffer);
        if (length === null) return;
        conn.limitSilence(this.#task.patienceMs, "nothing came back");
        const replies = ledger.read(buffer.subarray(0, length));
        this.#latencies.add(performance.now() - start, replies);
      }
      count = count % MOST_IN_FLIGHT + 1;
    }
    // What is missing may only be late.
    while (ledger.skipped > 0) {
      const length = await conn.read(buffer);
      if (length === null) return;
      ledger.read(buffer.subarray(0, length));
    }
  }

  // All connections take from one supply: a slow one holds up nobody.
  #take(count: number): number {
    if (Date.now() >= this.#task.until) count = Math.min(count, this.#left);
    this.#left = Math.max(this.#left - count, 0);
    return count;
  }
}

/** Does a task, and says over `port` what becomes of it. */
async function work(task: Task, port: MessagePort): Promise<void> {
  const say = (said: Said) => port.postMessage(said);
  let askedToEnd = Infinity;
  port.onmessage = ({ data }) => askedToEnd = data.askedToEnd;
  const load = new Load(task);
  try {
    await load.connect();
  } catch (error) {
    if (!isDescriptorLimit(error)) throw error;
    return say({ kind: "limit" });
  }
  say({ kind: "ready" });
  const timer = setInterval(
    () => say({ kind: "whole", count: load.whole }),
    TELL_MS,
  );
  await load.run();
  clearInterval(timer);
  say({ kind: "done", outcome: load.outcome(askedToEnd) });
}

addEventListener("message", (event) => {
  const { data, ports } = event as MessageEvent<Task>;
  work(data, ports[0]);
}, { once: true });
