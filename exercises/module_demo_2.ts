/**
 * Imports a module's exports by their names.
 *
 * ```text
 * $ deno run exercises/module_demo_2.ts
 * Hi, this is mymodule speaking.
 * Version 0.1
 * ```
 *
 * @module
 */

import type { Exercise } from "../lib/exercise.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";
import { sayHi, version } from "./mymodule.ts";

export const exercise: Exercise = {
  id: "module_demo_2",
  sheet: "4.1.6",
  title: "Import a module's names",
  example: `
$ deno run exercises/module_demo_2.ts
Hi, this is mymodule speaking.
Version 0.1`,
  questions: [{
    question:
      "What is the role of a named import? Is it more efficient than importing the module?",
    answer: `
"import { sayHi, version }" binds just these names, so they are written without the
module's name in front. It is not more efficient: the whole module is still found,
loaded and run once, whichever form is used. The bindings are live: if mymodule
rebinds what it exports, the new value is seen here; and they are read-only here.
Python's "from m import x" differs: it binds a name of its own to the value of that
moment, and does not see it if m rebinds x later.`,
  }],
  permissions: {},
};

export async function main(args: string[]): Promise<void> {
  await parseOptions({}, args);
  console.log(sayHi());
  console.log(`Version ${version}`);
}

if (import.meta.main) await runExercise(exercise, main);
