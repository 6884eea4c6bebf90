/**
 * The active connections: several threads that share them.
 *
 * @module
 */

import type { Outcome, Said, Task } from "./active_worker.ts";
import { Latencies } from "./latency.ts";
import { DescriptorLimit } from "./limit.ts";

/** Connections of one thread: more would starve each other in the client. */
const PER_WORKER = 125;

/** What became of all messages. */
export interface Total extends Outcome {
  latencies: Latencies;
}

/** Active connections under way. */
export class ActiveLoad implements Disposable {
  /** Resolves when all are connected. */
  readonly ready: Promise<void>;
  /** Resolves when the messages are done, or all connections have ended. */
  readonly outcome: Promise<Total>;
  #workers: Worker[] = [];
  #ports: MessagePort[] = [];
  #whole: number[] = [];

  /** Starts to connect and to send. */
  constructor(task: Task) {
    const isReady: Promise<void>[] = [];
    const outcomes = share(task).map((part, index) => {
      const ready = Promise.withResolvers<void>();
      isReady.push(ready.promise);
      return this.#start(part, index, ready.resolve);
    });
    this.outcome = Promise.all(outcomes).then(sum);
    // A thread that fails is never ready.
    this.ready = Promise.race([
      Promise.all(isReady).then(() => {}),
      this.outcome.then(() => {}),
    ]);
    this.ready.catch(() => {}); // `outcome` tells.
  }

  /** How many messages have come back whole, as far as it is known. */
  get whole(): number {
    return this.#whole.reduce((total, count) => total + count, 0);
  }

  /** Notes that the server is asked to end now. */
  askedToEnd(): void {
    const askedToEnd = performance.timeOrigin + performance.now();
    for (const port of this.#ports) port.postMessage({ askedToEnd });
  }

  /** Ends the threads, and their connections. */
  [Symbol.dispose](): void {
    for (const port of this.#ports) port.close();
    for (const worker of this.#workers) worker.terminate();
  }

  #start(task: Task, index: number, ready: () => void): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const worker = new Worker(new URL("active_worker.ts", import.meta.url), {
      type: "module",
    });
    const { port1, port2 } = new MessageChannel();
    this.#workers.push(worker);
    this.#ports.push(port1);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    port1.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.kind === "ready") ready();
      else if (data.kind === "whole") this.#whole[index] = data.count;
      else if (data.kind === "limit") reject(new DescriptorLimit());
      else resolve(data.outcome);
    };
    worker.postMessage(task, [port2]);
    return promise;
  }
}

function share(task: Task): Task[] {
  const count = Math.ceil(task.connections / PER_WORKER);
  const split = (total: number, index: number) =>
    total === Infinity ? total : Math.floor(total * (index + 1) / count) -
      Math.floor(total * index / count);
  let first = task.first;
  return Array.from({ length: count }, (_, index) => {
    const connections = split(task.connections, index);
    const part = {
      ...task,
      first,
      connections,
      messages: split(task.messages, index),
    };
    first += connections;
    return part;
  });
}

function sum(outcomes: Outcome[]): Total {
  const latencies = new Latencies();
  const of = (value: (outcome: Outcome) => number) =>
    outcomes.reduce((total, outcome) => total + value(outcome), 0);
  for (const outcome of outcomes) latencies.addAll(outcome.latencies);
  return {
    connected: of(({ connected }) => connected),
    sent: of(({ sent }) => sent),
    whole: of(({ whole }) => whole),
    changed: of(({ changed }) => changed),
    reordered: of(({ reordered }) => reordered),
    skipped: of(({ skipped }) => skipped),
    unanswered: of(({ unanswered }) => unanswered),
    unansweredEarly: of(({ unansweredEarly }) => unansweredEarly),
    torn: of(({ torn }) => torn),
    latencies,
  };
}
