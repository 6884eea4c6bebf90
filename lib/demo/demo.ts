/**
 * Runs the whole list of exercises as a student would, one after another, and
 * shows what they print.
 *
 * @module
 */

import { bold, cyan, dim, green, magenta, red } from "@std/fmt/colors";
import { formatEndpoint } from "../endpoint.ts";
import type { Exercise } from "../exercise.ts";
import { kill, runArguments } from "../lab/child.ts";
import { readLines } from "../lines.ts";
import { visibleBytes, wrap } from "../text.ts";
import { serveNames } from "./name_server.ts";

/** What a demo needs to know of its surroundings. */
export interface DemoOptions {
  /** Where the scripts are. */
  folder: URL;
  /** A folder for what the programs write. */
  workFolder: string;
  /** Prints a line. */
  print: (line: string) => void;
  /** Ends the demo, and the programs that run. */
  signal?: AbortSignal;
}

/** How a demo ended. */
export interface DemoResult {
  /** How many programs ran. */
  ran: number;
  /** The names of those that failed. */
  failed: string[];
}

/** How long one program may take, in ms. */
const PROGRAM_MS = 10_000;
const COLUMNS = 80;

/** Which end of a pair prints a line; a program by itself has no label. */
type Label = "server" | "client" | undefined;

/**
 * Runs all exercises; names resolve against a name server on loopback.
 *
 * @throws the reason of `signal`, once it aborts and all programs have ended
 */
export async function runDemo(
  exercises: readonly Exercise[],
  options: DemoOptions,
): Promise<DemoResult> {
  const { print, signal } = options;
  const names = exercises.filter(({ options }) => options?.["name-server"])
    .flatMap(({ permissions }) => permissions.net as string[]);
  // Addresses for documentation (RFC 5737): nobody has them.
  await using nameServer = serveNames(
    new Map(names.map((name, index) => [name, `192.0.2.${index + 10}`])),
  );
  const failed: string[] = [];
  let ran = 0;

  const start = (exercise: Exercise, label: Label, args: string[] = []) => {
    signal?.throwIfAborted();
    ran++;
    const asks = exercise.options?.["name-server"];
    return new DemoProgram(exercise, label, [
      ...args,
      ...exercise.demo?.args ?? [],
      ...asks ? ["--name-server", formatEndpoint(nameServer.addr)] : [],
    ], options);
  };
  const finish = async (program: DemoProgram) => {
    const problem = await program.ended;
    signal?.throwIfAborted();
    if (!problem) return;
    failed.push(program.name);
    print(red(`${program.name} failed: ${problem}`));
  };

  for (const exercise of exercises) {
    const { sheet, id, title, client: clientId } = exercise;
    if (exercise.role === "client") continue; // runs with its server
    const client = exercises.find((other) => other.id === clientId);
    const pair = client ? `${id} + ${client.id}` : id;
    print(`\n${bold(`${sheet}  ${title}`)} ${dim(`(${pair})`)}`);
    await using first = client
      ? start(exercise, "server", ["--port", "0"])
      : start(exercise, undefined);
    if (client) {
      const port = await first.port;
      if (port !== undefined) {
        await using second = start(client, "client", ["--port", String(port)]);
        await converse(exercise.demo?.conversation ?? [], first, second);
        await finish(second);
      }
      await first.stop();
    }
    await finish(first);
  }
  const count = `${ran} programs ran, ${failed.length} failed`;
  print("\n" + (failed.length > 0 ? red(count) : green(count)));
  return { ran, failed };
}

/** Types the lines of a conversation, each when the other side has seen the last. */
async function converse(
  lines: readonly [speaker: "server" | "client", text: string][],
  server: DemoProgram,
  client: DemoProgram,
): Promise<void> {
  for (const [speaker, text] of lines) {
    const [here, there] = speaker === "server"
      ? [server, client]
      : [client, server];
    const seen = there.shows(text);
    await here.type(text);
    await seen;
  }
}

/** One program of the demo, and its output as it comes. */
class DemoProgram implements AsyncDisposable {
  /** The program's name. */
  readonly name: string;
  /** The port that it says it listens on; `undefined` if it ends without one. */
  readonly port: Promise<number | undefined>;
  /** What went wrong, once it has ended. */
  readonly ended: Promise<string | undefined>;
  #child: Deno.ChildProcess;
  #stdin: WritableStreamDefaultWriter<Uint8Array>;
  #waiting: { text: string; resolve: () => void }[] = [];
  #isStopped = false;

  constructor(
    exercise: Exercise,
    label: Label,
    args: string[],
    { folder, workFolder, print, signal }: DemoOptions,
  ) {
    this.name = exercise.id;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: runArguments(exercise, args, folder),
      cwd: workFolder,
      signal,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    const port = Promise.withResolvers<number | undefined>();
    this.port = port.promise;
    const colour = label === "server" ? cyan : magenta;
    const prefix = (label ? colour(label) + " " : "") + dim("│ ");
    const width = COLUMNS - 2 - (label ? label.length + 1 : 0);

    const show = async (output: ReadableStream<Uint8Array>) => {
      for await (const bytes of readLines(output)) {
        const line = visibleBytes(bytes);
        const shown = line.length > width ? wrap(line, width) : line;
        for (const part of shown.split("\n")) print(prefix + part);
        const chosen = / port (\d+)/.exec(line);
        if (chosen) port.resolve(Number(chosen[1]));
        this.#waiting = this.#waiting.filter(({ text, resolve }) => {
          if (!line.endsWith(text)) return true;
          resolve();
          return false;
        });
      }
    };
    const timer = setTimeout(() => kill(this.#child, "SIGKILL"), PROGRAM_MS);
    const done = Promise.all([
      this.#child.status,
      show(this.#child.stdout),
      show(this.#child.stderr),
    ]);
    this.ended = done.then(([{ code }]) => {
      clearTimeout(timer);
      port.resolve(undefined);
      for (const { resolve } of this.#waiting) resolve();
      this.#stdin.close().catch(() => {}); // The child has closed it already.
      // Windows cannot ask a process to end: stop() is a kill there.
      const isKilled = this.#isStopped && Deno.build.os === "windows";
      return code === 0 || isKilled ? undefined : `exit code ${code}`;
    });
    if (exercise.role === undefined) this.#stdin.close().catch(() => {});
  }

  /** Types a line. */
  async type(text: string): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode(text + "\n"))
      .catch(() => {}); // It has ended; what is wrong with it is told then.
  }

  /** Settles when the program shows a line that ends with `text`, or ends. */
  shows(text: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ text, resolve });
    return Promise.race([promise, this.ended.then(() => {})]);
  }

  /** Asks a server to end, as Ctrl+C does; one that has ended is left alone. */
  async stop(): Promise<void> {
    const isOver = await Promise.race([
      this.ended.then(() => true),
      new Promise((resolve) => setTimeout(resolve, 0)),
    ]);
    if (isOver) return;
    this.#isStopped = true;
    kill(this.#child, "SIGINT");
  }

  /** Ends it for certain. */
  async [Symbol.asyncDispose](): Promise<void> {
    kill(this.#child, "SIGKILL");
    await this.ended;
  }
}
