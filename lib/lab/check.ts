/**
 * The `check` command of the lab.
 *
 * @module
 */

import { setColorEnabled } from "@std/fmt/colors";
import { EXIT } from "../exit_code.ts";
import { UsageError } from "../fault.ts";
import { describeOptions } from "../help.ts";
import { findOne, type Lab } from "./catalog.ts";
import { interruptible } from "./interrupt.ts";
import { requireOwnTask } from "./own_task.ts";
import { endpointOption, fileOption } from "./option_kinds.ts";
import { requireWritable, writeWhole } from "./result_file.ts";
import { flagOption, operands } from "../option_kinds.ts";
import { parseOptions, TOOL_FLAGS } from "../options.ts";
import { print } from "../output.ts";
import { asksForHelp } from "../run.ts";
import { visible } from "../text.ts";
import { check, checkable, type Report } from "../check/check.ts";
import { collect } from "../check/collect.ts";
import type { Aim } from "../check/kinds.ts";
import { filled } from "../check/program.ts";
import { count, jsonText, pretty, toJson, toJunit } from "../check/report.ts";

const OPTIONS = {
  _: operands(
    "[name|number]",
    "which program; without one, lists what can be checked",
    String,
    { values: [] as string[] },
  ),
  target: endpointOption("check the server that runs there"),
  strict: flagOption(
    "all that a correct program does, not only what the sheet asks",
  ),
  hint: flagOption("one more step behind each failure"),
  json: flagOption("print the result as JSON"),
  junit: fileOption("write the result as JUnit XML"),
  all: flagOption("check all of our own programs"),
  csv: fileOption("with collect: where the table goes"),
};

const USAGE = `Usage: deno task check [options] [name|number] [-- command …]
       deno task check collect <file|folder …> --csv <file>

A command behind -- starts your own program, in any language; {host}, {port} and,
for echo_client, {text} in it are filled in. Without a command ours is checked.

  deno task check echo_server -- python3 echo_server.py "{host}" "{port}"
  deno task check echo_server --strict --target 192.168.0.7:9900
  deno task check 4.1.2 -- python3 function.py
`;

/** Runs the command; returns 0 if all passed, 1 if some failed. */
export async function checkCommand(lab: Lab, args: string[]): Promise<number> {
  const dashes = args.indexOf("--");
  const own = dashes < 0 ? args : args.slice(0, dashes);
  const command = dashes < 0 ? [] : args.slice(dashes + 1);
  if (asksForHelp(own)) {
    console.log(`${USAGE}\nOptions:`);
    console.log(describeOptions(OPTIONS).join("\n"));
    return EXIT.OK;
  }
  const needs = ["run", "net", "read", "write"] as const;
  requireOwnTask("check", ...needs.map((name) => ({ name })));
  const { _: wanted, target, strict, hint, json, junit, all, csv } =
    await parseOptions(OPTIONS, own, TOOL_FLAGS);
  const isCollect = wanted[0] === "collect";
  if (!isCollect && csv !== undefined) {
    throw new UsageError(
      "--csv is for the table of collect",
      "--json or --junit take what a check has found",
    );
  }
  if (isCollect) {
    if (target || strict || hint || json || junit || all || dashes >= 0) {
      throw new UsageError(
        "collect checks nothing: it takes files or a folder, and --csv",
      );
    }
    return await collectInto(csv, wanted.slice(1));
  }
  if (wanted.length > 1) {
    throw new UsageError(
      `unexpected argument ${JSON.stringify(wanted[1])}`,
      "the command of your program goes behind --",
    );
  }
  if (args.length === 0) return list(lab);
  if (dashes >= 0 && command.length === 0) {
    throw new UsageError("there is no command behind --", "--help shows one");
  }
  if (command.includes("-encodedCommand")) {
    throw new UsageError(
      "PowerShell took {host} or {port} for a piece of code",
      'put them in quotes: "{host}" "{port}"',
    );
  }
  if (command.length > 0 && target) {
    throw new UsageError("give a command or a --target, not both");
  }
  if (all && (wanted.length > 0 || command.length > 0 || target)) {
    throw new UsageError(
      "--all checks our own programs: it takes no name, command or --target",
    );
  }
  if (!all && wanted.length === 0) {
    throw new UsageError(
      "check needs the name or number of an exercise",
      '"deno task check" lists what can be checked',
    );
  }
  const aim: Aim | undefined = command.length > 0
    ? { command: (values) => filled(command, values) }
    : target && { target };

  const tier = strict || all ? "strict" : "basic";
  const chosen = all
    ? checkable(lab.exercises).map(({ exercise }) => exercise)
    : [findOne(lab.exercises, wanted[0])];
  if (junit) await requireWritable(junit); // before the check, not after it
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor);
  return await interruptible(async (signal) => {
    const reports: Report[] = [];
    for (const exercise of chosen) {
      const report = await check(exercise, aim, {
        tier,
        folder: lab.folder,
        signal,
      });
      reports.push(report);
      if (!json) print(pretty(report, hint) + "\n");
    }
    if (json) {
      const values = reports.map(toJson);
      print(jsonText(all ? values : values[0]));
    }
    if (junit) await writeWhole(junit, toJunit(reports));
    return count(...reports).failed > 0 ? 1 : EXIT.OK;
  });
}

function list({ exercises }: Lab): number {
  for (const { exercise, kind } of checkable(exercises)) {
    const { sheet, id } = exercise;
    const tiers = ["basic", "strict"].map((tier) =>
      `${kind.rules.filter((rule) => rule.tier === tier).length} ${tier}`
    );
    const how = kind.takesTarget ? ", also --target" : "";
    console.log(
      `${sheet.padEnd(15)} ${id.padEnd(29)} ${tiers.join(", ")} rules${how}`,
    );
  }
  return EXIT.OK;
}

async function collectInto(
  csv: string | undefined,
  paths: string[],
): Promise<number> {
  if (paths.length === 0 || csv === undefined) {
    throw new UsageError(
      "collect needs files or a folder, and --csv",
      "deno task check collect results/ --csv class.csv",
    );
  }
  const table = await collect(paths);
  for (const skipped of table.skipped) {
    console.error(visible(`skipped ${skipped}`));
  }
  await writeWhole(csv, table.csv);
  console.log(`${csv}: ${table.rows} rows, ${table.skipped.length} skipped`);
  return EXIT.OK;
}
