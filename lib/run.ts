/**
 * Runs one exercise as a program.
 *
 * @module
 */

import { formatEndpoint, isLoopback, ownHost } from "./endpoint.ts";
import {
  answerText,
  commandLine,
  type Exercise,
  helpText,
  permissionsFor,
} from "./exercise.ts";
import { EXIT, explain } from "./explain.ts";
import { reachableIpv4 } from "./machine.ts";
import { visible } from "./text.ts";

/**
 * The program of an exercise: takes the arguments, returns an exit code or
 * nothing for success. `stop` aborts when a server is asked to end.
 */
export type Main = (
  args: string[],
  stop: AbortSignal,
) => number | void | Promise<number | void>;

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
  const stop = stopSignal(exercise.role === "server");
  try {
    if (options.includes("--help") || options.includes("-h")) {
      console.log(helpText(exercise));
      Deno.exit(EXIT.OK);
    }
    if (options.includes("--answer")) {
      console.log(answerText(exercise));
      Deno.exit(EXIT.OK);
    }
    // Exit, not return: a read from the terminal that still waits would hold us.
    Deno.exit(await main(args, stop) ?? EXIT.OK);
  } catch (error) {
    Deno.exit(reportError(exercise, error, args));
  }
}

/**
 * Tells the user of a server that is open to the network what a classmate has
 * to type, and warns. Says nothing of a server that only this machine can reach.
 */
export function announce(server: Exercise, addr: Deno.NetAddr): void {
  const { hostname, port, transport } = addr;
  if (isLoopback(hostname)) return;
  console.error(
    `Warning: port ${port} is now open to everyone who can reach this machine.`,
  );
  let addresses = [hostname];
  if (hostname === "0.0.0.0" || hostname === "::") {
    try {
      addresses = reachableIpv4();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotCapable)) throw error;
      addresses = [];
      console.error(
        "hint: with --allow-sys=networkInterfaces too, this machine's " +
          "addresses are shown here",
      );
    }
    if (addresses.length === 0) addresses = ["ADDRESS_OF_THIS_PC"];
  }
  console.log("On another PC type:");
  for (const address of addresses) {
    const endpoint = formatEndpoint({ hostname: address, port });
    const own = formatEndpoint({ hostname: ownHost(address), port: 0 });
    const net = transport === "udp" ? [own, endpoint] : [endpoint];
    console.log(
      `  ${
        commandLine(server.client!, { net })
      } --host ${address} --port ${port}`,
    );
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
    Deno.exit(sayWhatFailed(name, error));
  }
}

/** Says on stderr what failed and what to do; returns the exit code for it. */
export function reportError(
  exercise: Exercise,
  error: unknown,
  args: string[] = [],
): number {
  const exitCode = sayWhatFailed(exercise.id, error);
  if (error instanceof Deno.errors.NotCapable) {
    const permissions = permissionsFor(exercise, args);
    console.error(
      Deno.build.standalone
        ? "hint: this binary may do no more than it was compiled for"
        : "hint: " + [commandLine(exercise.id, permissions), ...args.map(quote)]
          .join(" "),
    );
  }
  return exitCode;
}

function sayWhatFailed(program: string, error: unknown): number {
  const { message, hint, exitCode } = explain(error);
  // What the user typed may hold control characters, too.
  const lines = message.split("\n").map((line) => visible(line));
  console.error(`${program}: ${lines.join("\n")}`);
  if (hint) console.error(`hint: ${hint}`);
  return exitCode;
}

// As the shell takes it back: nothing in single quotes is special to a Unix one.
function quote(arg: string): string {
  if (/^[\w.,:/@%+=-]+$/.test(arg)) return arg;
  return Deno.build.os === "windows"
    ? `"${visible(arg).replaceAll('"', '""')}"`
    : `'${visible(arg).replaceAll("'", "'\\''")}'`;
}

// A server is first asked to stop, so that replies on their way arrive; anything
// else, and a server at the second signal, ends at once as the shell expects.
function stopSignal(isServer: boolean): AbortSignal {
  const controller = new AbortController();
  // Windows has no SIGTERM that a program could catch; it has Ctrl+Break.
  const codes: [Deno.Signal, number][] = Deno.build.os === "windows"
    ? [["SIGINT", 130], ["SIGBREAK", 149]]
    : [["SIGINT", 130], ["SIGTERM", 143]];
  for (const [signal, code] of codes) {
    Deno.addSignalListener(signal, () => {
      // The terminal shows ^C: what comes next begins on a line of its own.
      if (Deno.stderr.isTerminal()) console.error();
      if (!isServer || controller.signal.aborted) Deno.exit(code);
      controller.abort();
    });
  }
  return controller.signal;
}
