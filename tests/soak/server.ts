/**
 * The server under load, in a process of its own.
 *
 * @module
 */

import { getAvailablePort } from "@std/net/get-available-port";
import { connectTcp } from "../../lib/connect.ts";
import type { Endpoint } from "../../lib/endpoint.ts";
import { UsageError } from "../../lib/fault.ts";
import type { Fault } from "../../lib/fault.ts";
import { commandOf } from "../child.ts";
import { pause } from "./process.ts";

/** How long a server may take to listen, in ms. */
const START_MS = 10_000;
/** The pause between two attempts to connect, in ms. */
const RETRY_MS = 50;
/** How much of what it says is kept, in characters: the end of it. */
const MOST_TEXT = 4096;

/** A server that was started for the soak. */
export class ServerProcess implements AsyncDisposable {
  /** Its process id. */
  readonly pid: number;
  /** Its exit code, when it has ended. */
  readonly exitCode: Promise<number>;
  /** Resolves if it says that it has no descriptor left. */
  readonly atLimit: Promise<void>;
  /** How many lines it has written to its standard error. */
  reports = 0;
  /** Whether it has ended. */
  hasEnded = false;
  /** Where it listens. */
  endpoint: Endpoint = { hostname: "127.0.0.1", port: 0 };
  #stdout = "";
  #stderr = "";
  #drained: Promise<unknown>;

  /**
   * Starts our echo server, or the one of `command`, where `{port}` is filled
   * in; without it, the server has to print its port.
   *
   * @throws {UsageError} if there is no such program
   */
  constructor(command: readonly string[]) {
    const words = command.length === 0 ? ownCommand() : command;
    if (words.some((word) => word.includes("{port}"))) {
      this.endpoint.port = getAvailablePort();
    }
    const { hostname, port } = this.endpoint;
    const child = spawn(
      words.map((word) =>
        word.replaceAll("{host}", hostname).replaceAll("{port}", String(port))
      ),
    );
    const limit = Promise.withResolvers<void>();
    this.pid = child.pid;
    this.atLimit = limit.promise;
    this.exitCode = child.status.then(({ code }) => {
      this.hasEnded = true;
      return code;
    });
    this.#drained = Promise.all([
      drain(child.stdout, (text) => {
        this.#stdout = (this.#stdout + text).slice(-MOST_TEXT);
      }),
      drain(child.stderr, (text) => {
        this.reports += text.split("\n").length - 1;
        this.#stderr = (this.#stderr + text).slice(-MOST_TEXT);
        if (/too many open files|EMFILE/i.test(text)) limit.resolve();
      }),
    ]);
  }

  /** Sends a signal to it and whatever it started. */
  kill(signal: Deno.Signal): void {
    // A negative number is the whole group; Windows has no such thing.
    const pid = Deno.build.os === "windows" ? this.pid : -this.pid;
    try {
      Deno.kill(pid, signal);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      // Otherwise all of it has ended.
    }
  }

  /** Ends it, at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.exitCode;
    await this.#drained;
  }

  /**
   * Resolves when it listens.
   *
   * @throws {Deno.errors.NotSupported} if it does not
   */
  async listening(): Promise<void> {
    const deadline = performance.now() + START_MS;
    while (performance.now() < deadline && !this.hasEnded) {
      this.endpoint.port ||= Number(/ port (\d+)/.exec(this.#stdout)?.[1]);
      if (this.endpoint.port && await answers(this.endpoint)) return;
      await pause(RETRY_MS);
    }
    const last = this.#stderr.trim().split("\n").at(-1);
    const fault: Fault = new Deno.errors.NotSupported(
      this.hasEnded
        ? `the server ended with exit code ${await this.exitCode}: ${last}`
        : `the server runs, but it did not listen within ${START_MS / 1000} s`,
    );
    fault.hint = "its command has to take {port}, or to print 'port <number>'";
    throw fault;
  }
}

function ownCommand(): string[] {
  // Idle connections are to stay for as long as a soak may last: a day.
  const args = ["--port", "0", "--quiet", "--idle", "86400"];
  return commandOf("echo_server", args);
}

function spawn([program, ...args]: string[]): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args,
      env: { NO_COLOR: "1", PYTHONUNBUFFERED: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true, // a process group of its own: Ctrl+C is for the soak
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError(`there is no program ${JSON.stringify(program)}`);
  }
}

async function drain(
  output: ReadableStream<Uint8Array<ArrayBuffer>>,
  keep: (text: string) => void,
): Promise<void> {
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    keep(text);
  }
}

async function answers(endpoint: Endpoint): Promise<boolean> {
  try {
    using _conn = await connectTcp(endpoint);
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    return false;
  }
}
