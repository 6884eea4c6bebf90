/**
 * Exercises as child processes, each with the permissions that it needs for its
 * arguments and no others.
 *
 * @module
 */

import { type Exercise, permissionFlags, permissionsFor } from "./exercise.ts";
import { requirePermission } from "./permission.ts";
import { hasTerminal } from "./run.ts";

/** The arguments of `deno` that run an exercise; `folder` holds its script. */
export function runArguments(
  exercise: Exercise,
  args: string[],
  folder: URL,
): string[] {
  return [
    "run",
    "--quiet",
    "--no-prompt",
    ...permissionFlags(permissionsFor(exercise, args)),
    new URL(`${exercise.id}.ts`, folder).href,
    ...args,
  ];
}

/**
 * Runs an exercise in the place of this program: it has the terminal, and its
 * exit code is returned.
 *
 * @throws {Deno.errors.NotCapable} without run access to this Deno
 */
export async function runInTerminal(
  exercise: Exercise,
  args: string[],
  folder: URL,
): Promise<number> {
  requirePermission({ name: "run", command: Deno.execPath() });
  const child = new Deno.Command(Deno.execPath(), {
    args: runArguments(exercise, args, folder),
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  // At a terminal Ctrl+C reaches the child by itself; here it must only not end
  // us first. What is sent to this process alone is handed on.
  Deno.addSignalListener("SIGINT", () => {
    if (!hasTerminal()) kill(child, "SIGINT");
  });
  if (Deno.build.os !== "windows") {
    Deno.addSignalListener("SIGTERM", () => kill(child, "SIGTERM"));
    // "deno task" itself is not stopped by Ctrl+Z, so no shell would come up to go on
    // from, and what is stopped hears no Ctrl+C: so both of us go on.
    Deno.addSignalListener("SIGTSTP", () => kill(child, "SIGCONT"));
  }
  return (await child.status).code;
}

/** Sends a signal; a child that has ended is left alone. */
export function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // Unix says TypeError of one that has ended, Windows that it denies access.
    if (error instanceof Deno.errors.NotCapable) throw error;
  }
}
