/**
 * Echo servers over TCP.
 *
 * @module
 */

import type { Job, Load } from "./generator.ts";
import {
  compareServers,
  fairness,
  generatorNotes,
  type LoadRow,
  type LoadSetup,
  measureRow,
  rateAtLeast,
  rateColumn,
} from "./load_row.ts";
import { middle, named, type Series } from "./measure.ts";
import {
  ASYNCIO,
  BARE,
  LIMIT,
  NODE,
  OURS,
  type Peer,
  peersFor,
} from "./peers.ts";
import { figure, ratio, seriesTable } from "./table.ts";
import {
  AHEAD,
  atLeast,
  atMost,
  BULK,
  CONNECTS,
  FAIRNESS,
  MESSAGES,
  type Verdict,
} from "./targets.ts";

/** The size of a message, in bytes. */
const SIZE = 64;
/** How many connections are silent beside one that is active. */
const IDLE = 1000;
/** The one that is active. */
const ALONE: Job = ["messages", 1, SIZE];

type Judge = (title: string, all: Series<Load>[]) => Verdict[];

const ROWS: (LoadRow & { judge: Judge })[] = [
  messages("1 connection", 1, ofLimit(MESSAGES.ONE)),
  messages("64 connections", 64, ofLimit(MESSAGES.SOME)),
  messages("1,000 busy connections", 1000, (title, all) => [
    ...ofLimit(MESSAGES.CROWD)(title, all),
    ...isFair(title, all),
  ]),
  {
    title: "bulk, both directions at once",
    unit: "MB/s",
    job: ["bulk"],
    busy: 1,
    judge: ofLimit(BULK),
  },
  connects("connect, echo, close, one after another", 1),
  connects("connect, echo, close, 16 at a time", 16),
];

/** Measures and prints all rows. */
export async function tcpBench(setup: LoadSetup): Promise<Verdict[]> {
  const peers = peersFor("tcp", setup.bench, setup.tools);
  const verdicts: Verdict[] = [];
  for (const row of ROWS) {
    const title = `TCP, ${row.title}`;
    const all = await measureRow(setup, peers, { ...row, title });
    verdicts.push(
      ...row.judge(title, all),
      ...rateAtLeast([NODE, ASYNCIO], AHEAD, title, all),
    );
  }
  return [...verdicts, ...await amongIdle(setup, peers)];
}

/** One active among many idle connections, against the same server alone. */
async function amongIdle(
  { generator, plan }: LoadSetup,
  peers: readonly Peer[],
): Promise<Verdict[]> {
  const title = "TCP, one active among 1,000 idle connections";
  console.log(`\n${title}`);
  const all = await compareServers(
    peers.filter(({ busy }) => busy >= IDLE),
    plan.rounds,
    async (server) => {
      const alone = await generator.measure(server, ALONE, plan.seconds);
      const among = await generator.measure(server, ALONE, plan.seconds, IDLE);
      return { ...among, kept: among.rate / alone.rate };
    },
  );
  const kept = (one: Series<Load & { kept: number }> | undefined) =>
    middle(one, (result) => result.kept);
  const table = seriesTable(all, [
    rateColumn("messages/s"),
    { head: "of its rate alone", text: (one) => ratio(kept(one)) },
    {
      head: "p99 ms",
      text: (one) => figure(middle(one, ({ p99 }) => p99) / 1000),
    },
  ]);
  console.log(table);
  for (const note of generatorNotes(all, 1)) console.log("  " + note);
  return [
    atLeast(
      `${title}: of its rate alone`,
      kept(named(all, OURS)),
      MESSAGES.AMONG_IDLE,
      kept(named(all, BARE)),
    ),
  ];
}

function messages(title: string, count: number, judge: Judge) {
  const job: Job = ["messages", count, SIZE];
  return { title, unit: "messages/s", job, busy: count, judge };
}

function connects(title: string, count: number) {
  const job: Job = ["connects", count];
  const judge: Judge = (title, all) => [
    ...ofLimit(CONNECTS.OF_LIMIT)(title, all),
    ...rateAtLeast([NODE], CONNECTS.OF_NODE, title, all),
  ];
  return { title, unit: "connections/s", job, busy: count, judge };
}

function ofLimit(least: number): Judge {
  return (title, all) => rateAtLeast([LIMIT], least, title, all);
}

function isFair(title: string, all: Series<Load>[]): Verdict[] {
  const [ours, bare] = [OURS, BARE].map((name) => named(all, name));
  const longest = (one: Series<Load> | undefined) =>
    middle(one, ({ max }) => max / 1000);
  return [
    atLeast(
      `${title}: least of most served`,
      middle(ours, fairness),
      FAIRNESS.LEAST_OF_MOST,
      middle(bare, fairness),
    ),
    atMost(
      `${title}: longest wait, ms`,
      longest(ours),
      FAIRNESS.LONGEST_MS,
      longest(bare),
    ),
  ];
}
