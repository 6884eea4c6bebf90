/**
 * Ctrl+C, and what else asks a program to end, for commands that have something to
 * clean up.
 *
 * @module
 */

import { END_SIGNALS, hasTerminal, outliveHangUp } from "../run.ts";

/** What asks a program to end that has something to clean up. */
export function endSignals(): typeof END_SIGNALS {
  // A terminal that is closed hangs up on its programs. Whoever wants them to go on
  // says so by nohup(1), which takes the terminal away from them.
  return hasTerminal() ? [...END_SIGNALS, ["SIGHUP", 129]] : END_SIGNALS;
}

/**
 * Lets `work`, which returns an exit code, clean up when it is asked to end; the
 * exit code then says by which signal.
 */
export async function interruptible(
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const controller = new AbortController();
  outliveHangUp();
  let code: number | undefined;
  for (const [signal, exitCode] of endSignals()) {
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
