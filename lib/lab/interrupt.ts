/**
 * Ctrl+C, and what else asks a program to end, for commands that have something to
 * clean up.
 *
 * @module
 */

import { END_SIGNALS } from "../run.ts";

/**
 * Lets `work`, which returns an exit code, clean up when it is asked to end; the
 * exit code then says by which signal.
 */
export async function interruptible(
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const controller = new AbortController();
  let code: number | undefined;
  for (const [signal, exitCode] of END_SIGNALS) {
    Deno.addSignalListener(signal, () => {
      // Not at once at a second one: `deno task` hands a Ctrl+C on that is here already.
      code ??= exitCode;
      controller.abort();
    });
  }
  try {
    return await work(controller.signal);
  } catch (error) {
    if (code !== undefined) return code;
    throw error;
  }
}
