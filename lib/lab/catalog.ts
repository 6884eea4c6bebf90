/**
 * The exercises as a list: finding one, and showing all.
 *
 * @module
 */

import { type Exercise, permissionFlags } from "../exercise.ts";
import { UnknownWordError, UsageError } from "../fault.ts";

/** The exercises, and the folder of their scripts. */
export interface Lab {
  /** All of them, in the order of the sheet. */
  exercises: readonly Exercise[];
  /** Where the scripts are. */
  folder: URL;
}

/**
 * The exercises that a name or a sheet number stands for, at least one.
 *
 * @throws {UsageError} if there is none
 */
export function find(
  exercises: readonly Exercise[],
  wanted: string,
): Exercise[] {
  const key = simple(wanted);
  const found = exercises.filter(({ id, sheet, alias = id, questions }) => {
    // The theory questions begin with numbers of their own.
    const numbers = questions.flatMap(({ question }) =>
      question.match(/^\d\S*/) ?? []
    );
    return [id, sheet, alias, ...numbers].map(simple).includes(key);
  });
  if (found.length > 0) return found;
  const under = exercises.map(({ sheet }) => sheet)
    .filter((sheet) => sheet.startsWith(`${wanted}.`));
  if (under.length > 0) {
    throw new UsageError(
      `there is no exercise ${JSON.stringify(wanted)}`,
      `there are ${[...new Set(under)].join(", ")}`,
    );
  }
  throw new UnknownWordError(
    `there is no exercise ${JSON.stringify(wanted)}`,
    wanted,
    exercises.flatMap(({ id, sheet }) => [id, sheet]),
    '"deno task lab" lists all',
  );
}

/**
 * The one exercise that a name or a sheet number stands for.
 *
 * @throws {UsageError} if there is none, or more than one
 */
export function findOne(
  exercises: readonly Exercise[],
  wanted: string,
): Exercise {
  const found = find(exercises, wanted);
  if (found.length === 1) return found[0];
  throw new UsageError(
    `${wanted} stands for ${found.map(({ id }) => id).join(", ")}`,
    `name one of them`,
  );
}

/** The list for the terminal, in at most 80 columns. */
export function listText(exercises: readonly Exercise[]): string {
  return exercises.map(({ sheet, id, title, permissions }) => {
    const flags = permissionFlags(permissions).join(" ") || "nothing";
    return `${sheet.padEnd(15)} ${id.padEnd(29)} ${title}\n` +
      `${"".padEnd(15)} permitted: ${flags}`;
  }).join("\n");
}

// "Note 1", "note1" and "note-1" are one number, and so are 5.1–5.4 and 5.1-5.4, which
// a keyboard has; echo_server.ts is echo_server.
function simple(text: string): string {
  return text.toLowerCase().replace(/\.ts$/, "").replace(/[\s_()–-]/g, "");
}
