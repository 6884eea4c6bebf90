/**
 * The standard output of programs that may run on for long.
 *
 * @module
 */

import { type Fault, located } from "./fault.ts";

const PLACE = "the standard output";
/** The pause until a full pipe is tried again, in ms. */
const PAUSE_MS = 10;
const encoder = new TextEncoder();

/**
 * Prints a line. `console.log()` would say nothing if whoever read the output has
 * left.
 *
 * @throws {Deno.errors.BrokenPipe} if nobody reads it any more, as behind `| head -1`
 */
export function print(line: string): void {
  // A console of Windows has an encoding of its own, which console.log() knows.
  if (Deno.stdout.isTerminal()) console.log(line);
  else write(line + "\n");
}

/** Prints text as it is, without a line end. @throws as {@linkcode print} does */
export function write(text: string): void {
  const bytes = encoder.encode(text);
  try {
    for (let sent = 0; sent < bytes.length;) {
      try {
        sent += Deno.stdout.writeSync(bytes.subarray(sent));
      } catch (error) {
        // A pipe that does not block, and whose reader is slow.
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
      }
    }
  } catch (error) {
    throw located(error, "write", PLACE);
  }
}

/** Whether an error says that the standard output cannot be written: a full disk. */
export function isOutputFault(error: unknown): boolean {
  return error instanceof Error && (error as Fault).address === PLACE;
}
