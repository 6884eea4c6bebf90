/**
 * The phases of a soak: the load, what is left of it, and a shutdown under load.
 *
 * @module
 */

import { ActiveLoad, type Total } from "./active.ts";
import type { Task } from "./active_worker.ts";
import { echoes } from "./echo.ts";
import { HostilePeers } from "./hostile.ts";
import { IdleConnections } from "./idle.ts";
import { look, pause, type Sample, Sampler } from "./process.ts";
import { grouped, megabytes } from "./report.ts";
import type { ServerProcess } from "./server.ts";
import { connectTcp } from "../../lib/connect.ts";

/** How long descriptors may take to be closed, in ms. */
const SETTLE_MS = 5000;
/** The pause between two looks at a process, in ms. */
const LOOK_MS = 100;
/** How long the load runs before the server is asked to end, in ms. */
const BEFORE_END_MS = 1000;
/** How long a server may take to end before it is killed, in ms. */
const END_MS = 4000;

/** What is to be done. */
export interface Plan {
  idle: number;
  active: number;
  messages: number;
  minutes: number;
  /** How long a reply may take. */
  patienceMs: number;
}

/** What the load brought. */
export interface LoadResult {
  total: Total;
  ms: number;
  alive: number;
  peers: { count: number; echoed: number; notEchoed: number };
  samples: Sample[];
}

/** How the server ended. */
export interface EndResult {
  total: Total;
  /** After how long, or why that cannot be said. */
  ms: number | "it had ended before" | "it had to be killed";
  exitCode: number;
}

/** A look at the server while it has nothing to do, after a first exchange. */
export async function lookAtRest(
  { endpoint, pid }: ServerProcess,
  { patienceMs }: Plan,
): Promise<Sample | undefined> {
  {
    using conn = await connectTcp(endpoint);
    await echoes(conn, new Uint8Array(1), patienceMs, true);
  }
  return await lookUntil(pid, () => false, 5 * LOOK_MS);
}

/** Idle connections, active ones and hostile peers, all at a time. */
export async function load(
  { endpoint, pid }: ServerProcess,
  plan: Plan,
  tell: (line: () => string) => void,
): Promise<LoadResult> {
  const peers = new HostilePeers(endpoint, plan.patienceMs);
  await using _peers = peers;
  using idle = new IdleConnections(plan.patienceMs);
  tell(() => `${idle.alive} of ${plan.idle} idle connections`);
  await idle.open(endpoint, plan.idle);

  const sampler = new Sampler(pid);
  await using _sampler = sampler;
  const start = performance.now();
  using active = new ActiveLoad(
    taskOf(endpoint.port, plan, {
      messages: plan.messages,
      until: Date.now() + plan.minutes * 60_000,
    }),
  );
  tell(() =>
    [
      `${grouped(active.whole)} messages echoed`,
      `${grouped(peers.count)} hostile peers`,
      `memory ${megabytes(sampler.samples.at(-1)?.resident ?? NaN)}`,
    ].join(", ")
  );
  const total = await active.outcome;
  const ms = performance.now() - start;
  tell(() => "asking the idle connections again");
  await idle.prove();
  if (peers.error) throw peers.error;
  return { total, ms, alive: idle.alive, peers, samples: sampler.samples };
}

/** Waits until the server has no more descriptors open than at the start. */
export async function lookAfter(
  { pid }: ServerProcess,
  atStart: Sample | undefined,
): Promise<Sample | undefined> {
  const wanted = atStart?.descriptors ?? 0;
  return await lookUntil(
    pid,
    ({ descriptors }) => descriptors <= wanted,
    SETTLE_MS,
  );
}

/**
 * Asks the server to end, as Ctrl+C does, while messages are exchanged;
 * `undefined` where no program can ask another one.
 */
export async function endUnderLoad(
  server: ServerProcess,
  plan: Plan,
): Promise<EndResult | undefined> {
  if (Deno.build.os === "windows") return undefined;
  using active = new ActiveLoad(
    taskOf(server.endpoint.port, plan, { messages: Infinity, until: Infinity }),
  );
  await active.ready;
  await pause(BEFORE_END_MS);
  const hadEnded = server.hasEnded;
  const start = performance.now();
  active.askedToEnd();
  server.kill("SIGINT");
  await pause(END_MS, server.exitCode);
  const wasKilled = !server.hasEnded;
  const ms = performance.now() - start;
  server.kill("SIGKILL");
  return {
    exitCode: await server.exitCode,
    total: await active.outcome,
    ms: hadEnded
      ? "it had ended before"
      : wasKilled
      ? "it had to be killed"
      : ms,
  };
}

function taskOf(
  port: number,
  { active, patienceMs }: Plan,
  size: { messages: number; until: number },
): Task {
  return { port, connections: active, first: 0, patienceMs, ...size };
}

// The last look, which is the first that is `enough`, or the one at the limit.
async function lookUntil(
  pid: number,
  enough: (sample: Sample) => boolean,
  limitMs: number,
): Promise<Sample | undefined> {
  const deadline = performance.now() + limitMs;
  while (true) {
    const sample = await look(pid);
    if (!sample || enough(sample) || performance.now() > deadline) {
      return sample;
    }
    await pause(LOOK_MS);
  }
}
