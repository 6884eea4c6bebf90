/**
 * Programs as child processes, for tests: the lab's own with just their declared
 * permissions, and peers that nobody here wrote.
 *
 * @module
 */

import { EXERCISES } from "../exercises/lab.ts";
import { kill, runArguments } from "../lib/child.ts";
import { readLines } from "../lib/lines.ts";

/** How long a child may take before it is killed, in ms. */
const CHILD_MS = 20_000;
const FOLDER = new URL("../exercises/", import.meta.url);
const QUIETLY = ["run", "--quiet", "--no-prompt"];

/** What a child that has ended leaves behind. */
export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** How to start a child. */
export interface ChildOptions {
  /** What it reads from its standard input; without it, nothing. */
  input?: string | Uint8Array;
  /** Its working directory. */
  cwd?: string;
  /** Environment variables to add. */
  env?: Record<string, string>;
  /** How long it may take before it is killed, in ms. */
  limitMs?: number;
  /** The permissions of an exercise, in the place of those that it needs. */
  flags?: string[];
}

/** Runs an exercise to its end. */
export async function run(
  id: string,
  args: string[] = [],
  options: ChildOptions = {},
): Promise<Result> {
  await using child = start(id, args, options);
  return await child.result;
}

/** Starts an exercise; it is ended when it goes out of scope. */
export function start(
  id: string,
  args: string[] = [],
  options: ChildOptions = {},
): Child {
  const [deno, ...rest] = commandOf(id, args, options.flags);
  return new Child(deno, rest, options);
}

/**
 * The command line that runs an exercise; `flags` are its permissions, in the
 * place of those that it needs.
 */
export function commandOf(
  id: string,
  args: string[] = [],
  flags?: string[],
): string[] {
  const exercise = EXERCISES.find((one) => one.id === id);
  if (!exercise) throw new TypeError(`no exercise ${id}`);
  const rest = flags
    ? [...QUIETLY, ...flags, new URL(`${id}.ts`, FOLDER).href, ...args]
    : runArguments(exercise, args, FOLDER);
  return [Deno.execPath(), ...rest];
}

/** Starts one of our servers at a free port, and waits until it listens. */
export async function serve(
  id: string,
  args: string[] = [],
  options: ChildOptions = {},
): Promise<Child & { port: number }> {
  const child = start(id, ["--port", "0", ...args], options);
  const line = await child.line(/ port (\d+)/);
  return Object.assign(child, { port: Number(/ port (\d+)/.exec(line)![1]) });
}

/** A child process, with all that it printed so far. */
export class Child implements AsyncDisposable {
  /** What it leaves behind, once it has ended. */
  readonly result: Promise<Result>;
  #process: Deno.ChildProcess;
  #stdin: WritableStreamDefaultWriter<Uint8Array>;
  #lines: string[] = [];
  #waiting: { pattern: RegExp; resolve: (line: string) => void }[] = [];

  constructor(command: string, args: string[], options: ChildOptions = {}) {
    const { input, cwd, env, limitMs = CHILD_MS } = options;
    this.#process = new Deno.Command(command, {
      args,
      cwd,
      env: { NO_COLOR: "1", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdin = this.#process.stdin.getWriter();
    if (input !== undefined) this.write(input).then(() => this.end());
    const timer = setTimeout(() => this.kill("SIGKILL"), limitMs);
    this.result = Promise.all([
      this.#process.status,
      this.#collect(this.#process.stdout),
      this.#collect(this.#process.stderr),
    ]).then(async ([{ code }, stdout, stderr]) => {
      clearTimeout(timer);
      await this.end();
      return { code, stdout, stderr };
    });
  }

  /** The process id. */
  get pid(): number {
    return this.#process.pid;
  }

  /** The first line, old or new, that matches. @throws {Error} if none comes */
  async line(pattern: RegExp): Promise<string> {
    const old = this.#lines.find((line) => pattern.test(line));
    if (old !== undefined) return old;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#waiting.push({ pattern, resolve });
    const ended = this.result.then(() => undefined);
    const line = await Promise.race([promise, ended]);
    if (line !== undefined) return line;
    const { code, stdout, stderr } = await this.result;
    throw new Error(
      `ended with ${code} without a line like ${pattern}:\n${stdout}${stderr}`,
    );
  }

  /** Writes to its standard input; an end of it that is closed is left alone. */
  async write(input: string | Uint8Array): Promise<void> {
    const bytes = typeof input === "string"
      ? new TextEncoder().encode(input)
      : input;
    await this.#stdin.write(bytes).catch(() => {});
  }

  /** Ends its standard input. */
  async end(): Promise<void> {
    await this.#stdin.close().catch(() => {});
  }

  /** Sends a signal; a process that has ended is left alone. */
  kill(signal: Deno.Signal = "SIGTERM"): void {
    kill(this.#process, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGTERM");
    await this.result;
  }

  async #collect(output: ReadableStream<Uint8Array>): Promise<string> {
    const [whole, cut] = output.tee();
    const decoder = new TextDecoder();
    for await (const bytes of readLines(cut, Infinity)) {
      const line = decoder.decode(bytes);
      this.#lines.push(line);
      this.#waiting = this.#waiting.filter(({ pattern, resolve }) => {
        if (!pattern.test(line)) return true;
        resolve(line);
        return false;
      });
    }
    return await new Response(whole).text();
  }
}
