/**
 * A student's program as a child process: started with its host and port filled
 * in, listened to, and ended together with all that it started itself.
 *
 * @module
 */

import { isTimeout, pause, within } from "../deadline.ts";
import { endMarked, kill, MARK } from "./descendants.ts";
import { Printed } from "./printed.ts";
import { Closed, Finding } from "./rule.ts";

/** How long a program may take to listen, in ms: it may have to be compiled. */
export const START_MS = 15_000;
/** How long a program may take to end when it is asked to, in ms. */
const END_MS = 500;
/** How long the rest of its output may take to be read once it has ended, in ms. */
const REST_MS = 1000;
/** How long to wait for a program that seems to be ending, in ms. */
const FATE_MS = 500;
/** How long a program may take to print something, in ms. */
const PRINT_MS = 2000;
/** The pause between attempts to connect, or to find something printed, in ms. */
export const RETRY_MS = 20;

const isWindows = Deno.build.os === "windows";

/** What a program that has ended leaves behind. */
export interface Ending {
  /** Its exit code; 128 and the signal's number if a signal ended it. */
  code: number;
  /** What it printed. */
  stdout: Printed;
  /** What it printed as errors. */
  stderr: Printed;
}

/** A command line, with `values` filled in. */
export type Command = (values: Record<string, string>) => string[];

/** The words of a command line: each `{name}` is a value, if that is known. */
export function filled(
  words: readonly string[],
  values: Record<string, string>,
): string[] {
  return words.map((word) =>
    word.replace(
      /\{(\w+)\}/g,
      (all, name) => Object.hasOwn(values, name) ? values[name] : all,
    )
  );
}

/** A running program. */
export class Program implements AsyncDisposable {
  /** What it leaves behind, once it has ended. */
  readonly ending: Promise<Ending>;
  /** What it has printed so far. */
  readonly stdout: Printed = new Printed();
  /** What it has printed as errors so far. */
  readonly stderr: Printed = new Printed();
  #child: Deno.ChildProcess;
  #mark = crypto.randomUUID();
  #endedAt = Infinity;

  /**
   * Starts a program.
   *
   * @throws {Finding} if there is no such program
   */
  constructor(command: Command, values: Record<string, string>) {
    const [program, ...args] = command(values);
    try {
      this.#child = new Deno.Command(program, {
        args,
        // Python would keep its output back until it ends; and where it
        // writes to a pipe, it would take the code page of Windows, without Bangla.
        env: {
          PYTHONUNBUFFERED: "1",
          PYTHONIOENCODING: "utf-8",
          NO_COLOR: "1",
          [MARK]: this.#mark,
        },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        detached: true, // a process group of its own, to end it as a whole
      }).spawn();
    } catch (error) {
      const { NotFound, FilesystemLoop, NotADirectory } = Deno.errors;
      const isNone = [NotFound, FilesystemLoop, NotADirectory]
        .some((one) => error instanceof one);
      if (!isNone) throw error;
      throw new Finding(`there is no program ${JSON.stringify(program)}`);
    }
    this.ending = this.#follow();
  }

  /**
   * Waits until what it has printed is `enough`.
   *
   * @throws {Finding} if it is not in time; says that it did not print `what`
   */
  async printed(
    enough: (stdout: string) => boolean,
    what: string,
  ): Promise<void> {
    const deadline = performance.now() + PRINT_MS;
    while (!enough(this.stdout.text)) {
      if (performance.now() > deadline) {
        throw new Finding(
          `it did not print ${what}`,
          { received: this.stdout.bytes },
          this.stdout.text === "" && !this.isGone
            ? "its output may be held back in a buffer: flush it (C: setvbuf or " +
              "fflush)"
            : undefined,
        );
      }
      await pause(RETRY_MS);
    }
  }

  /** Whether it has ended. */
  get isGone(): boolean {
    return this.#endedAt < Infinity;
  }

  /** Types text into its standard input. */
  async type(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    try {
      await writer.write(new TextEncoder().encode(text));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      throw new Closed("it closed its standard input");
    } finally {
      writer.releaseLock();
    }
  }

  /** Ends its standard input. */
  async endInput(): Promise<void> {
    await this.#child.stdin.close().catch(() => {}); // It has ended already.
  }

  /**
   * How it ended, with the last line of its stderr; `undefined` if it had not by the
   * time `by`. Without `by` it is waited for a moment: its connections are closed
   * before it is gone; or a thread has ended by an error, and the program goes on.
   * If it `mayEnd`, exit code 0 is not worth a word.
   */
  async fate(by = Infinity, mayEnd = false): Promise<string | undefined> {
    if (by === Infinity) {
      await this.#aboutToEnd();
      const error = this.isGone ? undefined : errorLine(this.stderr.text);
      if (error) return `it goes on, but said: ${error}`;
    }
    if (this.#endedAt > by || !this.isGone) return;
    const { code, stderr } = await this.ending;
    if (mayEnd && code === 0) return;
    return `it ended with exit code ${code}${lastLine(stderr.text)}`;
  }

  /** Ends it and whatever it started: first politely, then for certain. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.endInput();
    this.#signal("SIGTERM");
    const timer = setTimeout(() => this.#signal("SIGKILL"), END_MS);
    await this.#child.status;
    clearTimeout(timer);
    // What it started and left behind. Windows has no groups, and may have given its
    // number to another process by now.
    if (!isWindows) this.#signal("SIGKILL");
    await endMarked(this.#mark); // also in a session of its own
    await this.ending;
  }

  async #aboutToEnd(): Promise<void> {
    try {
      await within(FATE_MS, () => this.ending);
    } catch (error) {
      if (!isTimeout(error)) throw error;
    }
  }

  #signal(signal: Deno.Signal): void {
    const { pid } = this.#child;
    kill(isWindows ? pid : -pid, signal); // a negative number is the whole group
  }

  async #follow(): Promise<Ending> {
    const stdout = this.#child.stdout.getReader();
    const stderr = this.#child.stderr.getReader();
    const kept = Promise.all([
      keep(stdout, this.stdout),
      keep(stderr, this.stderr),
    ]);
    const { code } = await this.#child.status;
    // A process that it leaves behind may hold its output open without end.
    const timer = setTimeout(() => {
      stdout.cancel();
      stderr.cancel();
    }, REST_MS);
    await kept;
    clearTimeout(timer);
    this.#endedAt = performance.now();
    return { code, stdout: this.stdout, stderr: this.stderr };
  }
}

async function keep(
  output: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  printed: Printed,
): Promise<void> {
  while (true) {
    const { value, done } = await output.read();
    if (done) return;
    printed.add(value);
  }
}

/** Behind an error Node, Deno and Java print where it was, and Node its version. */
const BEHIND_ERROR = /^\s|^Node\.js v\d/;
/** The line that names the error, above that. */
const ERROR = /^([\w.]*(Error|Exception)\b|error: |Exception in thread )/;

/** The last line that a program said of itself, to be shown behind how it ended. */
function lastLine(text: string): string {
  let line = text.trim().split("\n").at(-1);
  if (line && BEHIND_ERROR.test(line)) line = errorLine(text) ?? line;
  return line ? `: ${line}` : "";
}

/** The last line that names an error. */
function errorLine(text: string): string | undefined {
  return text.trimEnd().split("\n").findLast((line) => ERROR.test(line));
}
