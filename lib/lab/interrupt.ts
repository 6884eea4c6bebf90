/**
 * Ctrl+C, and what else asks a program to end, for commands that have something to
 * clean up.
 *
 * @module
 */

import { END_SIGNALS, hasTerminal, outliveHangUp } from "../run.ts";

/**
 * Calls `clean` with the exit code when this program is asked to end: also when its
 * terminal is closed, which hangs up on its programs. Whoever wants it to go on then
 * says so by nohup(1), which takes the terminal away from it.
 */
export function whenAskedToEnd(clean: (exitCode: number) => void): void {
  const signals: typeof END_SIGNALS = [...END_SIGNALS];
  if (hasTerminal()) signals.push(["SIGHUP", 129]);
  // Ctrl+Z, too: "deno task" itself is not stopped by it, so no shell would come up to
  // go on from; and programs that are stopped meanwhile could not be judged.
  if (Deno.build.os !== "windows") signals.push(["SIGTSTP", 148]);
  for (const [signal, exitCode] of signals) {
    Deno.addSignalListener(signal, () => clean(exitCode));
  }
  outliveHangUp();
}

/**
 * Lets `work`, which returns an exit code, clean up when it is asked to end; the
 * exit code then says by which signal.
 */
export async function interruptible(
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const controller = new AbortController();
  let code: number | undefined;
  whenAskedToEnd((exitCode) => {
    // Not at once at a second one: `deno task` hands a Ctrl+C on that is here already.
    code ??= exitCode;
    controller.abort();
  });
  try {
    return await work(controller.signal);
  } catch (error) {
    if (code !== undefined) return code;
    throw error;
  }
}
