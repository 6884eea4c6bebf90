/**
 * What a person sees of a program: at a terminal, which script(1) opens, and
 * whether any of it would act on that terminal.
 *
 * @module
 */

import { assert } from "@std/assert";
import { Child, type ChildOptions, type Result } from "../child.ts";

/** All that a program printed. */
export function whole({ stdout, stderr }: Result): string {
  return stdout + stderr;
}

/** That there are just printable characters and line feeds, and those of `also`. */
export function assertVisible(text: string, also = ""): void {
  for (const character of text) {
    assert(
      !/[\p{C}\p{Zl}\p{Zp}]/u.test(character) ||
        (also + "\n").includes(character),
      `U+${character.codePointAt(0)!.toString(16)} in ${JSON.stringify(text)}`,
    );
  }
}

/** Starts command lines, one after another, at a terminal. */
export function startAtTerminal(
  commands: string[][],
  options?: ChildOptions,
): Child {
  const lines = commands.map((words) => words.map(quote).join(" "));
  return new Child("script", [
    ...["--quiet", "--return", "--command", lines.join("; "), "/dev/null"],
  ], options);
}

/** Runs command lines at a terminal where nothing is typed. */
export async function runAtTerminal(commands: string[][]): Promise<Result> {
  await using child = startAtTerminal(commands);
  await child.end();
  return await child.result;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
