/**
 * The commands of the `lab` program, over the list of exercises that it is given.
 *
 * @module
 */

import { setColorEnabled } from "@std/fmt/colors";
import { runInTerminal } from "../child.ts";
import { permissionFlags, permissionsFor } from "../exercise.ts";
import { EXIT } from "../exit_code.ts";
import { UnknownWordError, UsageError } from "../fault.ts";
import { workFolder } from "../folder.ts";
import { answerText } from "../help.ts";
import { print } from "../output.ts";
import { find, findOne, type Lab, listText } from "./catalog.ts";
import { asksForHelp } from "../run.ts";
import { interruptible } from "./interrupt.ts";

/** What a command does: returns the exit code. */
type Command = (lab: Lab, args: string[]) => number | Promise<number>;

const PLAIN: Record<string, Command> = { list, run, explain, demo };
// The others have a task and a help text of their own, and are loaded by that alone:
// they take longer than all the rest.
const COMMANDS: Record<string, Command> = {
  ...PLAIN,
  compile: async (...given) => (await import("./build.ts")).compile(...given),
  kit: async (...given) => (await import("./build.ts")).kit(...given),
  check: async (...given) =>
    (await import("./check.ts")).checkCommand(...given),
};

const HELP = `lab: the exercises of the lab sheet

Usage: deno task lab [command]

Commands:
  list                          all exercises in order (this is the default)
  run <name|number> [argument…] starts one with just the permissions it needs
  explain <name|number>         its questions with their answers; 5.1 to 5.4 too
  demo <folder>                 runs all; "deno task demo" names the folder

These have tasks of their own in the project, and are no part of a kit:
  deno task check               does a program do what it should?
  deno task compile             single binaries
  deno task kit                 the lab for PCs without Deno

Examples:
  deno task lab run 4.2.3 10.0.0.1
  deno task lab run echo_server --host 0.0.0.0
  deno task lab explain 4.2.5`;

/**
 * Runs the `lab` program; returns its exit code.
 *
 * @throws {UsageError} if the command line is wrong
 */
export async function runLab(lab: Lab, args: string[]): Promise<number> {
  const [name = "list", ...rest] = args;
  // What stands behind the name of an exercise is for that. The others with a help of
  // their own answer for themselves.
  const own = name === "run" ? rest.slice(0, 1) : rest;
  const asked = Object.hasOwn(PLAIN, name) ? own : [name];
  if (name === "help" || asksForHelp(asked)) {
    console.log(HELP);
    return EXIT.OK;
  }
  if (Object.hasOwn(COMMANDS, name)) return await COMMANDS[name](lab, rest);
  throw new UnknownWordError(
    `there is no command ${JSON.stringify(name)}`,
    name,
    Object.keys(COMMANDS),
    "--help shows all",
  );
}

function list({ exercises }: Lab, args: string[]): number {
  operandsOf(args, 0);
  console.log(listText(exercises));
  return EXIT.OK;
}

function run({ exercises, folder }: Lab, args: string[]): Promise<number> {
  const [wanted, ...rest] = args;
  if (wanted === undefined) {
    throw new UsageError("run needs a name or a number", "lab run echo_server");
  }
  const exercise = findOne(exercises, wanted);
  const flags = permissionFlags(permissionsFor(exercise, rest)).join(" ");
  if (flags !== permissionFlags(exercise.permissions).join(" ")) {
    console.error(`lab: for these arguments permitted: ${flags}`);
  }
  return runInTerminal(exercise, rest, folder);
}

function explain({ exercises }: Lab, args: string[]): number {
  const [wanted] = operandsOf(args, 1);
  if (wanted === undefined) {
    throw new UsageError(
      "explain needs a name or a number",
      "lab explain 4.2.5",
    );
  }
  // Theory questions have numbers of their own, at their beginning.
  const theory = exercises.map((one) => ({
    ...one,
    questions: one.questions.filter(({ question }) =>
      /^\d/.test(wanted) && question.startsWith(`${wanted} `)
    ),
  })).filter(({ questions }) => questions.length > 0);
  const explained = theory.length > 0 ? theory : find(exercises, wanted);
  console.log(explained.map(answerText).join("\n\n"));
  return EXIT.OK;
}

async function demo(
  { exercises, folder }: Lab,
  args: string[],
): Promise<number> {
  const [parent] = operandsOf(args, 1);
  if (parent === undefined) {
    throw new UsageError("demo needs a folder to work in", "deno task demo");
  }
  const { requireOwnTask } = await import("./own_task.ts");
  requireOwnTask(
    "demo",
    { name: "run", command: Deno.execPath() },
    { name: "net", host: "127.0.0.1" },
    { name: "write", path: parent },
  );
  const { runDemo } = await import("../demo/demo.ts");
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor);
  return await interruptible(async (signal) => {
    await using work = await workFolder(parent);
    const failed = await runDemo(exercises, {
      folder,
      workFolder: work.path,
      print,
      signal,
    });
    return failed.length > 0 ? 1 : EXIT.OK;
  });
}

// Of the commands that take no options.
function operandsOf(args: string[], most: number): string[] {
  if (args.length <= most) return args;
  throw new UsageError(
    `unexpected argument ${JSON.stringify(args[most])}`,
    '"deno task lab --help" shows what each command takes',
  );
}
