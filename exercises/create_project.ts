/**
 * Makes a new Deno project: a folder with a program, a test and the tasks that
 * run them. It never overwrites anything.
 *
 * ```text
 * $ deno run --allow-write=. exercises/create_project.ts
 * Created SDN_LAB/deno.json
 * …
 * ```
 *
 * @module
 */

import type { Exercise } from "../lib/exercise.ts";
import type { Fault } from "../lib/fault.ts";
import { denoCommand } from "../lib/deno_command.ts";
import { operands } from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { requirePermission } from "../lib/permission.ts";
import { runExercise } from "../lib/run.ts";
import { quote } from "../lib/text.ts";

const options = {
  _: operands("[name]", "the name of the project's folder", parseName, {
    values: ["SDN_LAB"],
    most: 1,
  }),
};

export const exercise: Exercise = {
  id: "create_project",
  sheet: "4.1.1",
  title: "Create a Deno project",
  options,
  example: `
$ deno run --allow-write=. exercises/create_project.ts
Created SDN_LAB/deno.json
Created SDN_LAB/main.ts
Created SDN_LAB/main_test.ts
Go there: cd SDN_LAB
Run it:   deno task start
Test it:  deno task test`,
  questions: [{
    question: "What belongs to a Deno project?",
    answer: `
A folder with a deno.json is enough: it names the tasks ("deno task start"), the
dependencies and the settings of the tools. The program is in main.ts, and tests
are in files whose names end with _test.ts, where "deno test" finds them. There is
no build step and no virtual environment: Deno runs TypeScript as it is, and gives
a program no access to files or the network unless its command line allows it.`,
  }],
  permissions: { write: ["."] },
};

const FILES: Record<string, string> = {
  "deno.json": `{
  "tasks": {
    "start": "deno run main.ts",
    "test": "deno test"
  }
}
`,
  "main.ts": `export function greeting(name: string): string {
  return \`hello \${name}\`;
}

if (import.meta.main) {
  console.log(greeting("world"));
}
`,
  "main_test.ts": `import { greeting } from "./main.ts";

Deno.test("greeting() names who is greeted", () => {
  const text = greeting("world");
  if (text !== "hello world") throw new Error(\`it says \${text}\`);
});
`,
};

/** What Windows takes for a device, whatever ends it has: nul.txt. */
const DEVICE = /^(con|prn|aux|nul|(com|lpt)[\d¹²³]) *(\.|$)/i;

/** A folder name that every system takes. */
export function parseName(text: string): string {
  if (DEVICE.test(text)) {
    throw new SyntaxError(
      `${JSON.stringify(text)} is not a name for a folder: on Windows it is ` +
        "a device; give another one, such as SDN_LAB",
    );
  }
  // Joiners are part of the spelling in Bangla and Persian: between letters.
  const letters = text.replace(
    /(?<=[\p{L}\p{M}])[\u200c\u200d](?=\p{M}|\p{L})/gu,
    "",
  );
  if (/^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_. -]{0,63}(?<![. ])$/u.test(letters)) {
    return text;
  }
  throw new SyntaxError(
    `${
      JSON.stringify(text)
    } is not a name for a folder: give 1 to 64 letters, ` +
      "digits, blanks, _, - and dots, with no dot at either end, such as SDN_LAB",
  );
}

/**
 * Writes the project's files into a new folder; returns their paths. If that
 * fails, nothing of it stays behind.
 *
 * @throws {Deno.errors.AlreadyExists} if there is something of that name
 */
export async function createProject(name: string): Promise<string[]> {
  requirePermission({ name: "write", path: "." });
  try {
    await Deno.mkdir(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      (error as Fault).hint = "go to a folder of your own, and run this there";
      throw error;
    }
    throw new Deno.errors.AlreadyExists(
      `there is already something called ${name} here, and nothing is overwritten`,
    );
  }
  try {
    for (const [file, text] of Object.entries(FILES)) {
      await Deno.writeTextFile(`${name}/${file}`, text, { createNew: true });
    }
  } catch (error) {
    await Deno.remove(name, { recursive: true });
    throw error;
  }
  return Object.keys(FILES).map((file) => `${name}/${file}`);
}

export async function main(args: string[]): Promise<void> {
  const { _: [name] } = await parseOptions(options, args);
  for (const path of await createProject(name)) console.log(`Created ${path}`);
  const deno = await denoCommand();
  // A line each: not every shell has "&&".
  console.log(`Go there: cd ${quote(name)}`);
  console.log(`Run it:   ${deno} task start`);
  console.log(`Test it:  ${deno} task test`);
}

if (import.meta.main) await runExercise(exercise, main);
