/**
 * Rows that the load generator measures.
 *
 * @module
 */

import type { Generator, Job, Load } from "./generator.ts";
import {
  interleave,
  middle,
  named,
  pairedRatio,
  type Plan,
  type Series,
} from "./measure.ts";
import { BARE, LIMIT, OURS, type Peer, type Server } from "./peers.ts";
import { type Column, figure, ratio, seriesTable } from "./table.ts";
import { atLeast, type Verdict } from "./targets.ts";
import type { Tools } from "./tools.ts";
import type { Workbench } from "./workbench.ts";

/** From this share of a processor on, the generator may be what limits a row. */
const BUSY = 0.95;

/** From so many connections on, the server or the generator has always work. */
const MANY = 16;
/** With less than this of a processor, whoever has work was kept from it. */
const HINDERED = 0.8;

/** What every benchmark gets. */
export interface Setup {
  bench: Workbench;
  tools: Tools;
  plan: Plan;
}

/** What those get that put servers under load. */
export interface LoadSetup extends Setup {
  generator: Generator;
}

/** One row. */
export interface LoadRow {
  title: string;
  /** What is counted, as the head of the column. */
  unit: string;
  job: Job;
  /** How many connections are busy. */
  busy: number;
}

/**
 * Measures servers in turns. Each is started when it is its turn for the first
 * time, and ended behind the last round.
 */
export async function compareServers<R>(
  peers: readonly Peer[],
  rounds: number,
  measure: (server: Server) => Promise<R>,
): Promise<Series<R>[]> {
  await using started = new AsyncDisposableStack();
  const servers = new Map<Peer, Server>();
  return await interleave(peers, rounds, async (peer) => {
    const server = servers.get(peer) ?? started.use(await peer.start());
    servers.set(peer, server);
    return await measure(server);
  });
}

/** Measures a row, and prints it. */
export async function measureRow(
  { generator, plan }: LoadSetup,
  peers: readonly Peer[],
  { title, unit, job, busy }: LoadRow,
): Promise<Series<Load>[]> {
  console.log(`\n${title}`);
  const able = peers.filter((peer) => peer.busy >= busy);
  const all = await compareServers(
    able,
    plan.rounds,
    (server) => generator.measure(server, job, plan.seconds),
  );
  const columns: Column<Load>[] = [
    rateColumn(unit),
    ratioColumn(all),
    ...job[0] === "bulk" ? [] : TIMES,
    ...job[0] === "messages" && busy > 1 ? [FAIRNESS] : [],
    ...job[0] === "udp" ? [LOST] : [],
    ...shareColumns(able),
  ];
  console.log(seriesTable(all, columns));
  for (const note of generatorNotes(all, busy)) console.log("  " + note);
  return all;
}

/**
 * Our rate has to be at least so much of that of each rival; nothing is asked where
 * this machine has none of them.
 */
export function rateAtLeast(
  rivals: readonly string[],
  least: number,
  title: string,
  all: Series<Load>[],
): Verdict[] {
  const names = rivals.filter((name) => named(all, name));
  if (names.length === 0) return [];
  const ratioOf = (own: string) =>
    Math.min(
      ...names.map((name) =>
        pairedRatio(named(all, own), named(all, name), ({ rate }) => rate)
      ),
    );
  const name = `${title}: of ${names.join(", ")}`;
  return [atLeast(name, ratioOf(OURS), least, ratioOf(BARE))];
}

/** What is to be said of the generator's part in the figures. */
export function generatorNotes(
  all: readonly Series<Load>[],
  busy: number,
): string[] {
  const [limit, ours] = [LIMIT, OURS].map((name) => named(all, name));
  if (!ours || ours.results.length === 0) return [];
  const most = Math.max(...ours.results.map(({ busy }) => busy));
  const notes = [
    `the generator was busy ${(most * 100).toFixed(0)}% of the time at most ` +
    "with our server",
  ];
  const isLimit = (series: Series<Load> | undefined) =>
    middle(series, ({ busy }) => busy) > BUSY;
  if (isLimit(ours)) {
    notes.push("the limit is the generator: ours may be faster than shown");
  }
  if (isLimit(limit)) {
    notes.push(
      "the limit is the generator: the reference may be faster than shown",
    );
  }
  // The server in C never waits of its own accord.
  const isHindered =
    middle(limit, (load) => Math.max(load.busy, load.server)) < HINDERED;
  if (busy >= MANY && isHindered) {
    notes.push(
      "not even the reference had a processor to itself: " +
        "other programs were in the way",
    );
  }
  return notes;
}

/** The rate. */
export function rateColumn(head: string): Column<Load> {
  return { head, text: (one) => figure(middle(one, ({ rate }) => rate)) };
}

const FAIRNESS: Column<Load> = {
  head: "least/most",
  text: (one) => ratio(middle(one, fairness)),
};

/** Replies of the least served connection, of the most served one's. */
export function fairness({ least = NaN, most = NaN }: Load): number {
  return least / most;
}

const LOST: Column<Load> = {
  head: "lost",
  text: (one) => String(lostOf(one)),
};

/** All that was lost. */
export function lostOf(series: Series<Load> | undefined): number {
  if (!series || series.fault !== undefined) return NaN;
  return series.results.reduce((sum, { lost = NaN }) => sum + lost, 0);
}

const TIMES: Column<Load>[] = (["p50", "p99", "max"] as const).map((name) => ({
  head: `${name} ms`,
  text: (one) => figure(middle(one, (load) => load[name]) / 1000),
}));

function ratioColumn(all: readonly Series<Load>[]): Column<Load> {
  const limit = named(all, LIMIT);
  const text = (one: Series<Load>) =>
    ratio(pairedRatio(one, limit, ({ rate }) => rate));
  return { head: "of C", text };
}

/** Which part of a processor each side had. */
function shareColumns(peers: readonly Peer[]): Column<Load>[] {
  const isKnown = (name: string) =>
    peers.some((peer) => peer.name === name && peer.isOneProcess);
  return [
    {
      head: "generator CPU",
      text: (one) => ratio(middle(one, ({ busy }) => busy)),
    },
    {
      head: "server CPU",
      text: (one) =>
        isKnown(one.name) ? ratio(middle(one, ({ server }) => server)) : "–",
    },
  ];
}
