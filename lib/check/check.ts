/**
 * Checks a program: ours, a student's in any language, or a server that runs
 * already.
 *
 * @module
 */

import { formatEndpoint } from "../endpoint.ts";
import type { Exercise } from "../exercise.ts";
import { UsageError } from "../fault.ts";
import { runArguments } from "../child.ts";
import { type Aim, type Kind, KINDS } from "./kinds.ts";
import { type Command, filled } from "./program.ts";
import type { Tier, Verdict } from "./rule.ts";

/** The form of a {@linkcode Report}; it changes with its fields. */
export const SCHEMA = "sdn_lab/check/1";

/** What came of a check. */
export interface Report {
  /** Its form. */
  schema: typeof SCHEMA;
  /** The exercise that the program is for. */
  exercise: string;
  /** Its number on the sheet. */
  sheet: string;
  /** The command line, or the address. */
  subject: string;
  /** How far the check went. */
  tier: Tier;
  /** What became of each rule. */
  verdicts: Verdict[];
}

/** The exercises whose programs can be checked, with their rules. */
export function checkable(
  exercises: readonly Exercise[],
): { exercise: Exercise; kind: Kind }[] {
  return exercises.flatMap((exercise) => {
    const kind = KINDS[exercise.id];
    return kind ? [{ exercise, kind }] : [];
  });
}

/**
 * Checks a program for an exercise; without an aim, ours in `folder`.
 *
 * @throws {UsageError} if programs for this exercise cannot be checked, or not so
 */
export async function check(
  exercise: Exercise,
  aim: Aim | undefined,
  { tier, folder, signal }: {
    tier: Tier;
    folder: URL;
    signal?: AbortSignal;
  },
): Promise<Report> {
  const kind = KINDS[exercise.id];
  if (!kind) {
    throw new UsageError(
      `${exercise.id} cannot be checked`,
      '"deno task check" lists what can',
    );
  }
  if (aim && "target" in aim && !kind.takesTarget) {
    throw new UsageError(
      `${exercise.id} is no server: it has no address to be checked at`,
      "give its command behind --",
    );
  }
  const ours: Command = (values) => [
    Deno.execPath(),
    ...runArguments(exercise, filled(kind.ownArguments, values), folder),
  ];
  return {
    schema: SCHEMA,
    exercise: exercise.id,
    sheet: exercise.sheet,
    subject: !aim
      ? "ours"
      : "target" in aim
      ? formatEndpoint(aim.target)
      : aim.command({}).join(" "),
    tier,
    verdicts: await kind.judge(aim ?? { command: ours }, tier, signal),
  };
}
