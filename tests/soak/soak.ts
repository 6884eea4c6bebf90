/**
 * A soak of the echo server: thousands of connections, a million checked
 * messages, hostile peers all the while, and a shutdown under load.
 *
 * ```text
 * $ deno task soak
 * $ deno task soak --minutes 10
 * $ deno task soak --idle 500 -- python3 echo_server.py "{host}" "{port}"
 * ```
 *
 * @module
 */

import { EXIT } from "../../lib/exit_code.ts";
import { UsageError } from "../../lib/fault.ts";
import { describeOptions } from "../../lib/help.ts";
import { integerOption } from "../../lib/option_kinds.ts";
import { type Option, parseOptions, TOOL_FLAGS } from "../../lib/options.ts";
import { whenAskedToEnd } from "../../lib/lab/interrupt.ts";
import { asksForHelp, runTool } from "../../lib/run.ts";
import { DescriptorLimit, isDescriptorLimit } from "./limit.ts";
import {
  endUnderLoad,
  load,
  lookAfter,
  lookAtRest,
  type Plan,
} from "./phases.ts";
import { Progress } from "./progress.ts";
import { grouped, type Line, table, told } from "./report.ts";
import { ServerProcess } from "./server.ts";
import { endLines, loadLines, restLines } from "./verdict.ts";

/** Descriptors that hostile peers and the programs themselves need at most. */
const OTHER_DESCRIPTORS = 600;

const OPTIONS = {
  minutes: minutesOption(),
  idle: integerOption(
    5000,
    "connections that only prove to be alive",
    0,
    60_000,
  ),
  active: integerOption(500, "connections that exchange messages", 1, 10_000),
  messages: integerOption(1_000_000, "how many, at least", 1, 1e12),
  patience: integerOption(10, "how long a reply may take, in seconds", 1, 600),
};

const USAGE = `Usage: deno task soak [options] [-- command …]

Loads our echo server, or the server that a command behind -- starts, and checks
every reply. {host} and {port} in the command are filled in.

Options:`;

/** Runs the soak; returns 0 if every bar holds, 1 otherwise. */
async function main(args: string[]): Promise<number> {
  const dashes = args.indexOf("--");
  const own = dashes < 0 ? args : args.slice(0, dashes);
  const command = dashes < 0 ? [] : args.slice(dashes + 1);
  if (asksForHelp(own)) {
    console.log(USAGE + "\n" + describeOptions(OPTIONS).join("\n"));
    return EXIT.OK;
  }
  const { patience, ...sizes } = await parseOptions(OPTIONS, own, TOOL_FLAGS);
  if (dashes >= 0 && command.length === 0) {
    throw new UsageError("there is no command behind --", "--help shows one");
  }
  const plan = { ...sizes, patienceMs: patience * 1000 };
  try {
    const lines = await soak(plan, command);
    console.log(table(lines));
    return lines.some(({ isOk }) => isOk === false) ? 1 : EXIT.OK;
  } catch (error) {
    if (!isDescriptorLimit(error)) throw error;
    const needed = plan.idle + plan.active + OTHER_DESCRIPTORS;
    const limit = 2 ** Math.ceil(Math.log2(needed));
    console.error(
      "soak: no descriptor is left: so many connections need a hard limit of " +
        `${limit} (ulimit -Hn ${limit}); --idle takes fewer`,
    );
    return EXIT.OS;
  }
}

async function soak(plan: Plan, command: string[]): Promise<Line[]> {
  await using server = new ServerProcess(command);
  endWithUs(server);
  await server.listening();
  return await Promise.race([
    phases(server, plan),
    server.atLimit.then(() => {
      throw new DescriptorLimit();
    }),
  ]);
}

async function phases(server: ServerProcess, plan: Plan): Promise<Line[]> {
  let now = () => "starting";
  using _progress = new Progress(() => now());
  const atStart = await lookAtRest(server, plan);
  const loaded = await load(server, plan, (line) => now = line);
  now = () => "waiting until all descriptors are closed";
  const after = await lookAfter(server, atStart);
  now = () => "asking the server to end, under load";
  const ended = await endUnderLoad(server, plan);
  return [
    ...loadLines(plan, loaded),
    ...restLines(loaded.ms, atStart, loaded.samples, after),
    ...endLines(ended),
    told("server's reports survived", grouped(server.reports)),
  ];
}

// A process group of its own does not get the Ctrl+C of this terminal.
function endWithUs(server: ServerProcess): void {
  whenAskedToEnd((code) => {
    server.kill("SIGKILL");
    Deno.exit(code);
  });
}

function minutesOption(): Option<number> {
  return {
    value: "<minutes>",
    help: "go on for so long, even if the messages are done",
    default: 0,
    shown: "until the messages are done",
    parse: (texts) => {
      const text = texts.at(-1)!;
      const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
      if (value > 0 && value <= 1440) return value;
      throw new SyntaxError(
        `${JSON.stringify(text)} is not a time: give minutes, ` +
          "more than 0 and at most 1440, such as 0.5 or 10",
      );
    },
  };
}

if (import.meta.main) await runTool("soak", main);
