/**
 * Ctrl+C for commands that have something to clean up.
 *
 * @module
 */

/** Lets `work`, which returns an exit code, clean up at Ctrl+C. */
export async function interruptible(
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const controller = new AbortController();
  Deno.addSignalListener("SIGINT", () => controller.abort());
  try {
    return await work(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) return 130;
    throw error;
  }
}
