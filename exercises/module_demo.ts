/**
 * Imports a module as a namespace: all its exports behind one name.
 *
 * ```text
 * $ deno run exercises/module_demo.ts
 * Hi, this is mymodule speaking.
 * Version 0.1
 * ```
 *
 * @module
 */

import type { Exercise } from "../lib/exercise.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";
import * as mymodule from "./mymodule.ts";

export const exercise: Exercise = {
  id: "module_demo",
  sheet: "4.1.6",
  title: "Import a module's namespace",
  example: `
$ deno run exercises/module_demo.ts
Hi, this is mymodule speaking.
Version 0.1`,
  questions: [{
    question: "What is the role of import?",
    answer: `
It makes what another module exports usable here. Deno finds the module by its
specifier ("./mymodule.ts", relative to this file), loads it, evaluates it once,
keeps it in a cache, so that a second import anywhere gets the same module, and
binds its exports: with "import * as mymodule" to one namespace object, whose
members are mymodule.sayHi and mymodule.version.`,
  }],
  permissions: {},
};

export async function main(args: string[]): Promise<void> {
  await parseOptions({}, args);
  console.log(mymodule.sayHi());
  console.log(`Version ${mymodule.version}`);
}

if (import.meta.main) await runExercise(exercise, main);
