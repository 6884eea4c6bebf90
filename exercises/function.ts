/**
 * A function without parameters.
 *
 * ```text
 * $ deno run exercises/function.ts
 * hello world
 * ```
 *
 * @module
 */

import type { Exercise } from "../lib/exercise.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";

export const exercise: Exercise = {
  id: "function",
  sheet: "4.1.2",
  title: "A function without parameters",
  example: `
$ deno run exercises/function.ts
hello world`,
  questions: [{
    question: "Does the function need a parameter? Why, or why not?",
    answer: `
No. A parameter brings a function what differs from call to call. sayHello always
says the same two words, so there is nothing to bring: its parentheses are empty
where it is defined and where it is called. The parentheses are needed all the
same, since they are what calls it; sayHello alone is only the function itself.`,
  }],
  permissions: {},
};

/** Returns the words; to print them is left to the caller. */
export function sayHello(): string {
  return "hello world";
}

export async function main(args: string[]): Promise<void> {
  await parseOptions({}, args);
  console.log(sayHello());
}

if (import.meta.main) await runExercise(exercise, main);
