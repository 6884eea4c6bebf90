/**
 * A parameter that shadows a module variable of the same name.
 *
 * ```text
 * $ deno run exercises/function_local.ts
 * x is 50
 * changed Local x to 2
 * x is still 50
 * ```
 *
 * @module
 */

import type { Exercise } from "../lib/exercise.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";

export const exercise: Exercise = {
  id: "function_local",
  sheet: "4.1.4",
  title: "A local variable",
  example: `
$ deno run exercises/function_local.ts
x is 50
changed Local x to 2
x is still 50`,
  questions: [{
    question: "What is the final value of x, and why is it not 2?",
    answer: `
50. The parameter x of changeLocal is another binding than the x of the module: it
has the same name, and inside the function it shadows the outer one. The call
copies the value 50 into the parameter; "x = 2" rebinds the parameter only, and
the parameter is gone when the function returns. The module's x was never touched.`,
  }],
  permissions: {},
};

const x = 50;

/** Assigns to its parameter `x`; the module's `x` is another variable. */
export function changeLocal(x: number): string[] {
  const before = `x is ${x}`;
  x = 2;
  return [before, `changed Local x to ${x}`];
}

export async function main(args: string[]): Promise<void> {
  await parseOptions({}, args);
  for (const line of changeLocal(x)) console.log(line);
  console.log(`x is still ${x}`);
}

if (import.meta.main) await runExercise(exercise, main);
