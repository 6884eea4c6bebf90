/**
 * The commands that make something for PCs without Deno: `compile` and `kit`.
 *
 * @module
 */

import { compileAll, TARGETS } from "../compile/compile.ts";
import { EXIT } from "../exit_code.ts";
import { describeOptions } from "../help.ts";
import { buildKit } from "../kit/kit.ts";
import { hostPlatform, PLATFORMS } from "../kit/release.ts";
import { flagOption, operands } from "../option_kinds.ts";
import { type Options, parseOptions, TOOL_FLAGS } from "../options.ts";
import { asksForHelp } from "../run.ts";
import { find, type Lab } from "./catalog.ts";
import { interruptible } from "./interrupt.ts";
import { requireOwnTask } from "./own_task.ts";
import { choiceOption, folderOption } from "./option_kinds.ts";

const COMPILE_OPTIONS = {
  _: operands(
    "[name|number …]",
    "what to compile; without a name all",
    String,
    {
      values: [],
    },
  ),
  target: choiceOption<string>(TARGETS, Deno.build.target, "the platform"),
  out: folderOption("dist", "where to"),
  classroom: flagOption(
    "let servers and clients talk to other PCs of a private network",
  ),
};

/** Compiles the wanted exercises, or all; returns the exit code. */
export async function compile(
  { exercises, folder }: Lab,
  args: string[],
): Promise<number> {
  if (asksForHelp(args)) return showHelp("compile", COMPILE_OPTIONS);
  const { _: wanted, target, out, classroom } = await parseOptions(
    COMPILE_OPTIONS,
    args,
    TOOL_FLAGS,
  );
  requireOwnTask("compile", { name: "write", path: out });
  const chosen = wanted.length > 0
    ? new Set(wanted.flatMap((one) => find(exercises, one)))
    : exercises;
  if (classroom) {
    console.error(
      "lab: these servers may listen to, and these clients connect to, " +
        "other PCs of a private network",
    );
  }
  return interruptible(async (signal) => {
    await compileAll([...chosen], {
      target,
      out,
      isClassroom: classroom,
      folder,
      signal,
      print: console.log,
    });
    return EXIT.OK;
  });
}

const KIT_OPTIONS = {
  target: choiceOption(PLATFORMS, hostPlatform() ?? "windows-x64", "whose PC"),
  out: folderOption("dist", "where to"),
};

/** Makes a kit; returns the exit code. */
export async function kit({ folder }: Lab, args: string[]): Promise<number> {
  if (asksForHelp(args)) return showHelp("kit", KIT_OPTIONS);
  const { target, out } = await parseOptions(KIT_OPTIONS, args, TOOL_FLAGS);
  requireOwnTask("kit", { name: "write", path: out });
  return await interruptible(async (signal) => {
    await buildKit({
      platform: target,
      root: new URL("../", folder),
      out,
      signal,
      print: console.log,
    });
    return EXIT.OK;
  });
}

function showHelp(command: string, options: Options): number {
  const operand = options._ ? ` ${options._.value}` : "";
  console.log(`Usage: deno task ${command} [options]${operand}\n\nOptions:`);
  console.log(describeOptions(options).join("\n"));
  return EXIT.OK;
}
