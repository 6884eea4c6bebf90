/**
 * The lab: the list of all exercises in the order of the sheet, and the program
 * that lists, runs and explains them.
 *
 * ```text
 * $ deno task lab
 * $ deno task lab run echo_server
 * $ deno task lab explain 5.1
 * ```
 *
 * @module
 */

import { setColorEnabled } from "@std/fmt/colors";
import { closestString } from "@std/text/closest-string";
import { runDemo } from "../lib/demo/demo.ts";
import {
  answerText,
  type Exercise,
  permissionFlags,
  permissionsFor,
} from "../lib/exercise.ts";
import { EXIT, explain, UsageError } from "../lib/explain.ts";
import { compileAll, TARGETS } from "../lib/compile/compile.ts";
import { find, findOne, listText } from "../lib/lab/catalog.ts";
import { runInTerminal } from "../lib/lab/child.ts";
import {
  choiceOption,
  flagOption,
  folderOption,
  operands,
} from "../lib/option_kinds.ts";
import { describeOptions, parseOptions } from "../lib/options.ts";
import { exercise as byteOrder } from "./byte_order.ts";
import { exercise as createProject } from "./create_project.ts";
import { exercise as echoClient } from "./echo_client.ts";
import { exercise as echoServer } from "./echo_server.ts";
import { exercise as findingServiceName } from "./finding_service_name.ts";
import { exercise as functionWithout } from "./function.ts";
import { exercise as function2 } from "./function_2.ts";
import { exercise as functionGlobal } from "./function_global.ts";
import { exercise as functionLocal } from "./function_local.ts";
import { exercise as greetingClient } from "./greeting_client.ts";
import { exercise as greetingServer } from "./greeting_server.ts";
import { exercise as ip4AddressConversion } from "./ip4_address_conversion.ts";
import { exercise as localMachineInfo } from "./local_machine_info.ts";
import { exercise as messageClient } from "./message_client.ts";
import { exercise as messageServer } from "./message_server.ts";
import { exercise as modifiedServiceName } from "./modified_finding_service_name.ts";
import { exercise as modifyRemoteInfo } from "./modify_remote_machine_info.ts";
import { exercise as moduleDemo } from "./module_demo.ts";
import { exercise as moduleDemo2 } from "./module_demo_2.ts";
import { exercise as mymodule } from "./mymodule.ts";
import { exercise as portNumbers } from "./port_numbers.ts";
import { exercise as portProbe } from "./port_probe.ts";
import { exercise as questions } from "./questions.ts";
import { exercise as remoteMachineInfo } from "./remote_machine_info.ts";
import { exercise as socketTimeout } from "./socket_timeout.ts";
import { exercise as udpClient } from "./udp_client.ts";
import { exercise as udpServer } from "./udp_server.ts";
import { exercise as welcomeClient } from "./welcome_client.ts";
import { exercise as welcomeServer } from "./welcome_server.ts";

/** All exercises, in the order of the lab sheet. */
export const EXERCISES: readonly Exercise[] = [
  createProject,
  functionWithout,
  function2,
  functionLocal,
  functionGlobal,
  mymodule,
  moduleDemo,
  moduleDemo2,
  localMachineInfo,
  remoteMachineInfo,
  modifyRemoteInfo,
  ip4AddressConversion,
  findingServiceName,
  modifiedServiceName,
  socketTimeout,
  echoServer,
  echoClient,
  questions,
  messageServer,
  messageClient,
  welcomeServer,
  welcomeClient,
  greetingServer,
  greetingClient,
  udpServer,
  udpClient,
  portProbe,
  portNumbers,
  byteOrder,
];

const HELP = `lab: the exercises of the lab sheet

Usage: deno task lab [command]

Commands:
  list                          all exercises in order (this is the default)
  run <name|number> [argument…] starts one with just the permissions it needs
  explain <name|number>         its questions with their answers; 5.1 to 5.4 too
  demo <folder>                 runs all; "deno task demo" names the folder
  compile [name|number…]        single binaries; "lab compile --help" says more

Examples:
  deno task lab run 4.2.3 10.0.0.1
  deno task lab run echo_server --host 0.0.0.0
  deno task lab explain 4.2.5`;

/** Where the scripts are. */
const FOLDER = new URL(".", import.meta.url);

function runOne(wanted: string | undefined, args: string[]): Promise<number> {
  if (wanted === undefined) {
    throw new UsageError("run needs a name or a number", "lab run echo_server");
  }
  const exercise = findOne(EXERCISES, wanted);
  const flags = permissionFlags(permissionsFor(exercise, args)).join(" ");
  if (flags !== permissionFlags(exercise.permissions).join(" ")) {
    console.error(`lab: for these arguments permitted: ${flags}`);
  }
  return runInTerminal(exercise, args, FOLDER);
}

function explainOne(wanted: string | undefined): string {
  if (wanted === undefined) {
    throw new UsageError(
      "explain needs a name or a number",
      "lab explain 4.2.5",
    );
  }
  const theory = questions.questions.filter(({ question }) =>
    question.startsWith(`${wanted} `)
  );
  return theory.length > 0
    ? answerText({ ...questions, questions: theory })
    : find(EXERCISES, wanted).map(answerText).join("\n\n");
}

const COMPILE_OPTIONS = {
  _: operands(
    "[name|number …]",
    "what to compile; without a name all",
    String,
    {
      values: [],
    },
  ),
  target: choiceOption(TARGETS, Deno.build.target, "the platform"),
  out: folderOption("dist", "where to"),
  classroom: flagOption(
    "let servers and clients talk to other PCs of a private network",
  ),
};

async function compile(args: string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log("Usage: deno task compile [options] [name|number …]\n");
    console.log(describeOptions(COMPILE_OPTIONS).join("\n"));
    return EXIT.OK;
  }
  const { _: wanted, target, out, classroom } = parseOptions(
    COMPILE_OPTIONS,
    args,
  );
  const chosen = wanted.length > 0
    ? new Set(wanted.flatMap((one) => find(EXERCISES, one)))
    : EXERCISES;
  if (classroom) {
    console.error(
      "lab: these servers may listen to, and these clients connect to, other PCs",
    );
  }
  return await interruptible((signal) =>
    compileAll([...chosen], {
      target,
      out,
      isClassroom: classroom,
      folder: FOLDER,
      signal,
      print: console.log,
    })
  );
}

/** Lets `work` clean up at Ctrl+C. */
async function interruptible(
  work: (signal: AbortSignal) => Promise<void>,
): Promise<number> {
  const controller = new AbortController();
  Deno.addSignalListener("SIGINT", () => controller.abort());
  try {
    await work(controller.signal);
    return EXIT.OK;
  } catch (error) {
    if (controller.signal.aborted) return 130;
    throw error;
  }
}

async function demo(parent: string | undefined): Promise<number> {
  if (parent === undefined) {
    throw new UsageError("demo needs a folder to work in", "deno task demo");
  }
  const workFolder = await Deno.makeTempDir({ dir: parent, prefix: "lab-" });
  try {
    const { failed } = await runDemo(EXERCISES, {
      folder: FOLDER,
      workFolder,
      print: console.log,
    });
    return failed.length > 0 ? 1 : EXIT.OK;
  } finally {
    await Deno.remove(workFolder, { recursive: true });
  }
}

export async function main(args: string[]): Promise<number> {
  const [command = "list", ...rest] = args;
  switch (command) {
    case "list":
      console.log(listText(EXERCISES));
      return EXIT.OK;
    case "run":
      return await runOne(rest[0], rest.slice(1));
    case "explain":
      console.log(explainOne(rest[0]));
      return EXIT.OK;
    case "demo":
      return await demo(rest[0]);
    case "compile":
      return await compile(rest);
    case "help":
    case "--help":
    case "-h":
      console.log(HELP);
      return EXIT.OK;
  }
  const nearest = closestString(command, [
    "list",
    "run",
    "explain",
    "demo",
    "compile",
  ]);
  throw new UsageError(
    `there is no command ${JSON.stringify(command)}`,
    `did you mean ${nearest}? --help shows all`,
  );
}

if (import.meta.main) {
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor);
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    const { message, hint, exitCode } = explain(error);
    console.error(`lab: ${message}`);
    if (hint) console.error(`hint: ${hint}`);
    Deno.exit(exitCode);
  }
}
