/**
 * A module: a file whose exports other programs import.
 *
 * ```text
 * $ deno run exercises/mymodule.ts
 * Hi, this is mymodule speaking.
 * Version 0.1
 * ```
 *
 * @module
 */

import type { Exercise } from "../lib/exercise.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";

export const exercise: Exercise = {
  id: "mymodule",
  sheet: "4.1.6",
  title: "A module",
  example: `
$ deno run exercises/mymodule.ts
Hi, this is mymodule speaking.
Version 0.1`,
  questions: [{
    question: "What makes this file a module, and what happens if it is run?",
    answer: `
Every file with an import or export is a module: its names are its own, and only
what it exports can be used elsewhere. Importing this one prints nothing. Run by
itself it prints its two lines, because "import.meta.main" is true only in the
file that Deno was started with.`,
  }],
  permissions: {},
};

/** What the module says. */
export function sayHi(): string {
  return "Hi, this is mymodule speaking.";
}

/** The version of the module. */
export const version = "0.1";

export async function main(args: string[]): Promise<void> {
  await parseOptions({}, args);
  console.log(sayHi());
  console.log(`Version ${version}`);
}

if (import.meta.main) await runExercise(exercise, main);
