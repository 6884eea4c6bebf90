/**
 * A function that rebinds a variable of its module.
 *
 * ```text
 * $ deno run exercises/function_global.ts
 * x is 50
 * changed Global x to 2
 * Value of x is 2
 * ```
 *
 * @module
 */

import type { Exercise } from "../lib/exercise.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";

export const exercise: Exercise = {
  id: "function_global",
  sheet: "4.1.5",
  title: "A global variable",
  example: `
$ deno run exercises/function_global.ts
x is 50
changed Global x to 2
Value of x is 2`,
  questions: [{
    question: "What is the final value of x, and why does it change?",
    answer: `
2. changeGlobal declares no x of its own, so the name means the nearest one in the
text around it: the module-level "let x". The assignment rebinds that variable, and
everybody who reads it afterwards finds 2. TypeScript has no "global" keyword, as
Python has: scoping is lexical, and an assignment declares nothing. A "const" could
not be rebound at all.`,
  }],
  permissions: {},
};

let x = 50;

/** Assigns to the module's `x`. */
export function changeGlobal(): string[] {
  const before = `x is ${x}`;
  x = 2;
  return [before, `changed Global x to ${x}`];
}

export async function main(args: string[]): Promise<void> {
  await parseOptions({}, args);
  for (const line of changeGlobal()) console.log(line);
  console.log(`Value of x is ${x}`);
}

if (import.meta.main) await runExercise(exercise, main);
