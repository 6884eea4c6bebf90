/**
 * The texts of `--help` and `--answer`.
 *
 * @module
 */

import { commandLine, type Exercise } from "./exercise.ts";
import type { Options } from "./options.ts";
import { wrap } from "./text.ts";

/** The text of `--help`. */
export function helpText(exercise: Exercise): string {
  const { id, sheet, title, options = {}, permissions } = exercise;
  const rest = [
    ...(Object.keys(options).some((name) => name !== "_") ? ["[options]"] : []),
    ...(options._ ? [options._.value] : []),
  ].join(" ");
  return [
    `${id}: ${title} (sheet ${sheet})`,
    "",
    `Usage: ${commandLine(id, permissions)} ${rest}`.trimEnd(),
    "",
    "Options:",
    ...describeOptions(options, [
      ["--answer", "show the questions of the sheet with their answers"],
    ]),
    "",
    "Example:",
    ...exampleText(exercise).split("\n").map((line) => `  ${line}`.trimEnd()),
  ].join("\n");
}

// In a binary, examples show binaries: its user may not have Deno.
function exampleText({ example }: Exercise): string {
  const text = example.trim();
  return Deno.build.standalone
    ? text.replace(
      /deno run (?:--\S+ )*exercises\/(\w+)\.ts/g,
      (_, id) => commandLine(id, {}),
    )
    : text;
}

/** The text of `--answer`: every question with its answer. */
export function answerText({ questions }: Exercise): string {
  return questions.map(({ question, answer }) =>
    wrap(`Question: ${question}\n\n${answer}`)
  ).join("\n\n");
}

/** The lines of the help text about `options`, `--help`, and what else there is. */
export function describeOptions(
  options: Options,
  others: [name: string, help: string][] = [],
): string[] {
  const rows = Object.entries(options).map(([name, option]) => {
    const left = name === "_"
      ? option.value!
      : ["--" + name, option.value].filter(Boolean).join(" ");
    const shown = option.shown ?? String(option.default);
    const isPlain = option.value === undefined || shown === "";
    return [left, option.help + (isPlain ? "" : ` (default: ${shown})`)];
  });
  rows.push(["--help", "show this"], ...others);
  const width = Math.min(Math.max(...rows.map(([left]) => left.length)), 26);
  return rows.flatMap(([left, right]) => {
    const lines = wrap(right, 76 - width).split("\n");
    if (left.length > width) lines.unshift("");
    return lines.map((line, index) =>
      `  ${(index === 0 ? left : "").padEnd(width)}  ${line}`.trimEnd()
    );
  });
}
