/**
 * Runs one exercise as a program. What only some runs need, the help and the words
 * for errors, is loaded by those: the others start sooner.
 *
 * @module
 */

import type { Exercise } from "./exercise.ts";

/**
 * The program of an exercise: takes the arguments, returns an exit code or
 * nothing for success. `stop` aborts when a server is asked to end.
 */
export type Main = (
  args: string[],
  stop: AbortSignal,
) => number | void | Promise<number | void>;

/** What asks a program to end, and the exit code that says so. */
export const END_SIGNALS: [Deno.Signal, exitCode: number][] =
  // Windows has no SIGTERM that a program could catch; it has Ctrl+Break.
  Deno.build.os === "windows"
    ? [["SIGINT", 130], ["SIGBREAK", 149]]
    : [["SIGINT", 130], ["SIGTERM", 143]];

/**
 * Runs an exercise as a program: `--help` and `--answer`, the errors in words,
 * the exit code, and the signals. Never returns.
 */
export async function runExercise(
  exercise: Exercise,
  main: Main,
): Promise<never> {
  const args = Deno.args;
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  const stop = stopSignal(exercise);
  try {
    const isHelp = asksForHelp(options);
    if (isHelp || options.includes("--answer")) {
      const { answerText, helpText } = await import("./help.ts");
      console.log((isHelp ? helpText : answerText)(exercise));
      Deno.exit();
    }
    // Exit, not return: a read from the terminal that still waits would hold us.
    Deno.exit(await main(args, stop) ?? 0);
  } catch (error) {
    const { reportError } = await import("./report.ts");
    Deno.exit(reportError(exercise, error, args));
  }
}

/**
 * Runs a tool over the exercises as a program: the errors in words, the exit
 * code. Never returns.
 */
export async function runTool(
  name: string,
  main: (args: string[]) => Promise<number>,
): Promise<never> {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    const { sayWhatFailed } = await import("./report.ts");
    Deno.exit(sayWhatFailed(name, error));
  }
}

/** Whether one of the arguments asks what the program takes. */
export function asksForHelp(args: string[]): boolean {
  return args.includes("--help") || args.includes("-h");
}

/** Whether a terminal is to be read or written. */
export function hasTerminal(): boolean {
  return [Deno.stdin, Deno.stdout, Deno.stderr].some((one) => one.isTerminal());
}

/**
 * Lets a program without a terminal go on when one is closed, as behind nohup(1):
 * Deno ends at a hang-up even if it was started to ignore it.
 */
export function outliveHangUp(): void {
  if (!hasTerminal()) Deno.addSignalListener("SIGHUP", () => {});
}

// A server is first asked to stop, so that replies on their way arrive; anything
// else, and a server at the second signal, ends at once as the shell expects.
function stopSignal({ role, permissions }: Exercise): AbortSignal {
  const controller = new AbortController();
  // Who waits for nobody needs no listeners: the first takes Deno .4 ms of the start.
  if (!permissions.net) return controller.signal;
  if (role === "server") outliveHangUp();
  for (const [signal, code] of END_SIGNALS) {
    Deno.addSignalListener(signal, () => {
      // The terminal shows ^C: what comes next begins on a line of its own.
      if (Deno.stderr.isTerminal()) console.error();
      if (role !== "server" || controller.signal.aborted) Deno.exit(code);
      controller.abort();
    });
  }
  return controller.signal;
}
