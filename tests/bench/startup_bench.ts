/**
 * How long small programs take from start to end.
 *
 * @module
 */

import { EXERCISES } from "../../exercises/lab.ts";
import { runArguments } from "../../lib/child.ts";
import type { Setup } from "./load_row.ts";
import {
  interleave,
  middle,
  named,
  pairedRatio,
  type Series,
} from "./measure.ts";
import { OURS, peersFor } from "./peers.ts";
import { figure, seriesTable } from "./table.ts";
import { atMost, STARTUP, type Verdict } from "./targets.ts";
import { ownFile } from "./tools.ts";
import { PeerFault, shellCommand } from "./workbench.ts";

/** Runs in a round: they are short. */
const RUNS = 4;
const FOLDER = new URL("../../exercises/", import.meta.url);
/** Exercises that need no peer. */
const ALONE = ["ip4_address_conversion", "finding_service_name"];
const CLIENT = "echo_client";

const FLOOR = "sh alone, as part of all",
  EMPTY = "deno run, an empty file",
  PYTHON_CLIENT = `python3, the same ${CLIENT}`;

/** Measures and prints the rows. */
export async function startupBench(
  { bench, tools, plan }: Setup,
): Promise<Verdict[]> {
  const { python } = tools;
  const empty = `${bench.folder}/empty.ts`;
  await Deno.writeTextFile(empty, "");
  const peers = peersFor("tcp", bench, tools);
  await using server = await peers.find(({ name }) => name === OURS)!.start();
  const port = ["--port", String(server.port)];
  const subjects = [
    ...Deno.build.os === "windows" ? [] : [{ name: FLOOR, command: ["true"] }],
    { name: EMPTY, command: [DENO, "run", "--quiet", "--no-prompt", empty] },
    ...ALONE.map((id) => ({ name: id, command: exercise(id) })),
    { name: CLIENT, command: exercise(CLIENT, port) },
    ...python
      ? [
        { name: "python3 -c pass", command: [python, "-c", "pass"] },
        {
          name: PYTHON_CLIENT,
          command: [python, ownFile("echo_client.py"), ...port],
        },
      ]
      : [],
  ];
  console.log(`\n${TITLE}`);
  const all = await interleave(
    subjects,
    plan.rounds * RUNS,
    ({ command }) => msOf(command),
  );
  print(all);
  return judge(all);
}

const DENO = Deno.execPath();
const identity = (ms: number) => ms;
const TITLE = "from start to end";

function print(all: Series<number>[]): void {
  const table = seriesTable(all, [
    { head: "ms", text: (one) => figure(middle(one, identity)) },
    { head: "of an empty file", text: (one) => figure(to(all, one, EMPTY)) },
  ]);
  console.log(table);
}

function judge(all: Series<number>[]): Verdict[] {
  const verdicts = [...ALONE, CLIENT].map((id) =>
    atMost(
      `${TITLE}, ${id}: of an empty file`,
      to(all, named(all, id), EMPTY),
      STARTUP.OF_EMPTY,
    )
  );
  if (!named(all, PYTHON_CLIENT)) return verdicts;
  return [
    ...verdicts,
    atMost(
      `${TITLE}, ${CLIENT}: of python3`,
      to(all, named(all, CLIENT), PYTHON_CLIENT),
      STARTUP.OF_PYTHON,
    ),
  ];
}

function to(
  all: Series<number>[],
  one: Series<number> | undefined,
  reference: string,
): number {
  return pairedRatio(one, named(all, reference), identity);
}

function exercise(id: string, args: string[] = []): string[] {
  const found = EXERCISES.find((one) => one.id === id)!;
  return [DENO, ...runArguments(found, args, FOLDER)];
}

/** Waits without the event loop: it would add its own time. */
function msOf(command: string[]): number {
  const [program, args] = shellCommand(command);
  const child = new Deno.Command(program, { args, stdin: "null" });
  const begin = performance.now();
  const { success, stderr } = child.outputSync();
  const ms = performance.now() - begin;
  if (success) return ms;
  throw new PeerFault(new TextDecoder().decode(stderr).trim());
}
