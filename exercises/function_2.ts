/**
 * A function with two parameters: once with literals, once with variables.
 *
 * ```text
 * $ deno run exercises/function_2.ts
 * 4 is maximum
 * 7 is maximum
 * ```
 *
 * @module
 */

import type { Exercise } from "../lib/exercise.ts";
import { UsageError } from "../lib/fault.ts";
import { operands, parseInteger } from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";

const options = {
  _: operands(
    "[a b]",
    "two whole numbers to compare instead of the sheet's",
    (text) =>
      parseInteger(text, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    { values: [] as number[], most: 2 },
  ),
};

export const exercise: Exercise = {
  id: "function_2",
  sheet: "4.1.3",
  title: "A function with two parameters",
  options,
  example: `
$ deno run exercises/function_2.ts
4 is maximum
7 is maximum
$ deno run exercises/function_2.ts 5 5
5 is equal to 5`,
  questions: [{
    question: "Does the function need a parameter? Why, or why not?",
    answer: `
Yes, two: it compares two numbers that differ from call to call, so the caller has
to bring them. In "function printMax(a: number, b: number)" a and b are the
parameters: names that the function's text uses. In printMax(3, 4) and
printMax(x, y) the arguments are the values passed for them: 3 and 4, then
whatever x and y hold at that moment. printMax gets the values, not the variables.`,
  }],
  permissions: {},
};

/** Says which of two numbers is the larger. */
export function printMax(a: number, b: number): string {
  if (a > b) return `${a} is maximum`;
  if (a === b) return `${a} is equal to ${b}`;
  return `${b} is maximum`;
}

export async function main(args: string[]): Promise<void> {
  const { _: given } = await parseOptions(options, args);
  if (given.length === 1) {
    throw new UsageError(
      `${given[0]} is one number: give two, or none`,
      "for example: 5 7",
    );
  }
  if (given.length === 2) {
    const [a, b] = given;
    console.log(printMax(a, b));
    return;
  }
  console.log(printMax(3, 4)); // literals as arguments
  const x = 5;
  const y = 7;
  console.log(printMax(x, y)); // variables as arguments
}

if (import.meta.main) await runExercise(exercise, main);
