/**
 * How fast the servers, clients and tables of the lab are, beside programs that
 * do the same in C, Node and Python, and the figures that they have to reach.
 *
 * ```text
 * $ deno task bench
 * $ deno task bench tcp startup --rounds 9
 * ```
 *
 * @module
 */

import { EXIT } from "../../lib/exit_code.ts";
import { UsageError } from "../../lib/fault.ts";
import { describeOptions } from "../../lib/help.ts";
import { whenAskedToEnd } from "../../lib/lab/interrupt.ts";
import {
  integerOption,
  operands,
  secondsOption,
} from "../../lib/option_kinds.ts";
import { parseOptions, TOOL_FLAGS } from "../../lib/options.ts";
import { asksForHelp, runTool } from "../../lib/run.ts";
import { dnsBench } from "./dns_bench.ts";
import { Generator } from "./generator.ts";
import type { LoadSetup, Setup } from "./load_row.ts";
import { memoryBench } from "./memory_bench.ts";
import { servicesBench } from "./services_bench.ts";
import { startupBench } from "./startup_bench.ts";
import { summary, type Verdict } from "./targets.ts";
import { tcpBench } from "./tcp_bench.ts";
import { findTools, type Tools } from "./tools.ts";
import { udpBench } from "./udp_bench.ts";
import { Workbench } from "./workbench.ts";

type Bench<S> = (setup: S) => Promise<Verdict[]>;

/** Those that need the load generator. */
const UNDER_LOAD: Record<string, Bench<LoadSetup>> = {
  tcp: tcpBench,
  udp: udpBench,
  memory: memoryBench,
};
/** Those that do not. */
const OTHERS: Record<string, Bench<Setup>> = {
  dns: dnsBench,
  services: servicesBench,
  startup: startupBench,
};
const NAMES = [...Object.keys(UNDER_LOAD), ...Object.keys(OTHERS)];

const OPTIONS = {
  _: operands("[what …]", "what to measure", parseName, { values: NAMES }),
  rounds: integerOption(5, "how often each is measured", 1, 1000),
  seconds: secondsOption(1, "how long each measurement takes"),
};

const USAGE = `Usage: deno task bench [options] [what …]

Options:`;

/** Returns 0 whatever the figures are; 70 if one of them could not be had. */
async function main(args: string[]): Promise<number> {
  if (asksForHelp(args)) {
    console.log(USAGE + "\n" + describeOptions(OPTIONS).join("\n"));
    return EXIT.OK;
  }
  const { _: names, ...plan } = await parseOptions(OPTIONS, args, TOOL_FLAGS);
  await using bench = await Workbench.open();
  whenAskedToEnd((code) => {
    bench.end();
    Deno.exit(code);
  });
  const tools = await findTools(bench);
  console.log(
    `${plan.rounds} rounds of ${plan.seconds} s, ` +
      `${navigator.hardwareConcurrency} processors; each figure is a median`,
  );
  sayWhatIsMissing(tools);

  const verdicts: Verdict[] = [];
  for (const name of NAMES.filter((name) => names.includes(name))) {
    verdicts.push(...await run(name, { bench, tools, plan }));
  }
  if (verdicts.length > 0) console.log("\n" + summary(verdicts));
  const isWhole = verdicts.every(({ reached }) => !Number.isNaN(reached));
  return isWhole ? EXIT.OK : EXIT.SOFTWARE;
}

async function run(name: string, setup: Setup): Promise<Verdict[]> {
  if (name in OTHERS) return await OTHERS[name](setup);
  const { bench, tools: { load } } = setup;
  if (load) {
    const generator = new Generator(bench, load);
    return await UNDER_LOAD[name]({ ...setup, generator });
  }
  console.log(
    `\n${name}: left out. The load generator is in C, for Linux: it needs a ` +
      "C compiler (cc)",
  );
  return [];
}

function sayWhatIsMissing({ python, node, socat }: Tools): void {
  for (const [name, path] of Object.entries({ python3: python, node, socat })) {
    if (!path) console.log(`${name} is not on this machine: left out`);
  }
}

function parseName(text: string): string {
  if (NAMES.includes(text)) return text;
  throw new UsageError(
    `there is no benchmark ${JSON.stringify(text)}`,
    `there are ${NAMES.join(", ")}`,
  );
}

if (import.meta.main) await runTool("bench", main);
