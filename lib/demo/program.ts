/**
 * One program of the demo, and its output as it comes.
 *
 * @module
 */

import { cyan, dim, magenta } from "@std/fmt/colors";
import type { Exercise } from "../exercise.ts";
import { kill, runArguments } from "../child.ts";
import { readLines } from "../lines.ts";
import { visibleBytes, wrap } from "../text.ts";

/** Where a demo takes place. */
export interface Stage {
  /** Where the scripts are. */
  folder: URL;
  /** A folder for what the programs write. */
  workFolder: string;
  /** Prints a line. */
  print: (line: string) => void;
  /** Ends the demo, and the programs that run. */
  signal?: AbortSignal;
}

/** How long one program may take, in ms. */
const PROGRAM_MS = 10_000;
const COLUMNS = 80;

/** A program that runs. */
export class DemoProgram implements AsyncDisposable {
  /** The program's name. */
  readonly name: string;
  /** What went wrong, once it has ended; rejects if its output cannot be shown. */
  readonly ended: Promise<string | undefined>;
  #child: Deno.ChildProcess;
  #stdin: WritableStreamDefaultWriter<Uint8Array>;
  #label: Exercise["role"];
  #print: Stage["print"];
  #port = Promise.withResolvers<number | undefined>();
  #waiting: { text: string; resolve: () => void }[] = [];
  #isStopped = false;

  /** Starts it. */
  constructor(
    exercise: Exercise,
    args: string[],
    { folder, workFolder, print, signal }: Stage,
  ) {
    this.name = exercise.id;
    this.#label = exercise.role;
    this.#print = print;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: runArguments(exercise, args, folder),
      cwd: workFolder,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    // For certain: Ctrl+Z stops it, and then it hears nothing else.
    signal?.addEventListener("abort", () => kill(this.#child, "SIGKILL"));
    this.#stdin = this.#child.stdin.getWriter();
    this.ended = this.#follow();
    this.ended.catch(() => {}); // Whoever waits for it gets the error, perhaps later.
    if (exercise.role === undefined) this.#stdin.close().catch(() => {});
  }

  /** The port that it says it listens on; `undefined` if it ends without one. */
  get port(): Promise<number | undefined> {
    return this.#port.promise;
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
  stop(): void {
    this.#isStopped = true;
    kill(this.#child, "SIGINT");
  }

  /** Ends it for certain. */
  async [Symbol.asyncDispose](): Promise<void> {
    kill(this.#child, "SIGKILL");
    await Promise.allSettled([this.#child.status, this.ended]);
  }

  async #follow(): Promise<string | undefined> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      kill(this.#child, "SIGKILL");
    }, PROGRAM_MS);
    try {
      const [{ code }] = await Promise.all([
        this.#child.status,
        this.#show(this.#child.stdout),
        this.#show(this.#child.stderr),
      ]);
      if (isLate) return `it still ran after ${PROGRAM_MS / 1000} s`;
      // Windows cannot ask a process to end: stop() is a kill there.
      const isKilled = this.#isStopped && Deno.build.os === "windows";
      return code === 0 || isKilled ? undefined : `exit code ${code}`;
    } finally {
      clearTimeout(timer);
      this.#port.resolve(undefined);
      this.#stdin.close().catch(() => {}); // The child has closed it already.
    }
  }

  async #show(output: ReadableStream<Uint8Array>): Promise<void> {
    const label = this.#label;
    const colour = label === "server" ? cyan : magenta;
    const prefix = (label ? colour(label) + " " : "") + dim("│ ");
    const width = COLUMNS - 2 - (label ? label.length + 1 : 0);
    for await (const bytes of readLines(output)) {
      const line = visibleBytes(bytes);
      const shown = line.length > width ? wrap(line, width) : line;
      for (const part of shown.split("\n")) this.#print(prefix + part);
      const chosen = / port (\d+)/.exec(line);
      if (chosen) this.#port.resolve(Number(chosen[1]));
      this.#waiting = this.#waiting.filter(({ text, resolve }) => {
        if (!line.endsWith(text)) return true;
        resolve();
        return false;
      });
    }
  }
}
