/**
 * A TCP client under check: the check plays its server.
 *
 * @module
 */

import { getAvailablePort } from "@std/net/get-available-port";
import { readChunks } from "../stream.ts";
import { serveTcp } from "../tcp.ts";
import { type Ending, Program } from "./program.ts";
import { Finding, NotApplicable } from "./rule.ts";

/** How long a client may take to connect, and to end where nothing keeps it, in ms. */
const CLIENT_MS = 4000;

/** What the check does as the server of a client; settles when it is done. */
export type Play = (conn: Deno.TcpConn, program: Program) => Promise<void>;

/** A client under check. */
export class Client implements AsyncDisposable {
  #command: readonly string[];
  #programs: Program[] = [];

  /** Nothing is started yet. */
  constructor(command: readonly string[]) {
    this.#command = command;
  }

  /** Whether a value can be given to it: `{text}` stands in its command line. */
  takes(name: string): boolean {
    return this.#command.some((word) => word.includes(`{${name}}`));
  }

  /**
   * Starts the program against a server that does what `play` says, until the
   * program has ended.
   *
   * @throws {Finding} what `play` finds; or if the program does not connect, or
   * does not end `limitMs` after its server has
   */
  async against(
    play: Play,
    { text, limitMs = CLIENT_MS }: { text?: string; limitMs?: number } = {},
  ): Promise<Ending> {
    const played = Promise.withResolvers<void>();
    await using server = serveTcp({
      hostname: "127.0.0.1",
      port: 0,
      onError: () => {},
    }, (conn) => {
      const playing = play(conn, program);
      playing.then(played.resolve, played.reject);
      return playing;
    });
    const program = this.#start(server.addr.port, text);
    const ended = program.ending.then(({ code, stderr }) => {
      // A program that has ended without a connection will not make one.
      const line = stderr.trim().split("\n").at(-1) ?? "";
      return new Finding(
        `the client ended with exit code ${code} before its server was done` +
          (line && `: ${line}`),
      );
    });
    const late = this.#limit(CLIENT_MS * 2, "it did not connect in time");
    const outcome = await Promise.race([
      played.promise,
      ended.then(async (finding) => {
        // What the play found says more than that the client has ended.
        const timer = setTimeout(() => played.reject(finding), 300);
        await played.promise.finally(() => clearTimeout(timer));
      }),
      late.promise,
    ]).finally(late.clear);
    void outcome;
    return await this.ending(program, limitMs);
  }

  /** Starts the program where nobody listens, and returns how it ends. */
  async alone(): Promise<Ending> {
    return await this.ending(this.#start(getAvailablePort()), CLIENT_MS);
  }

  /** @throws {Finding} if the program still runs after `limitMs` */
  async ending(program: Program, limitMs: number): Promise<Ending> {
    const late = this.#limit(
      limitMs,
      `it still runs ${limitMs / 1000} s after it had nothing left to wait for`,
    );
    try {
      return await Promise.race([program.ending, late.promise]);
    } finally {
      late.clear();
    }
  }

  /** Ends what still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs) await program[Symbol.asyncDispose]();
  }

  #start(port: number, text?: string): Program {
    const values = { host: "127.0.0.1", port: String(port) };
    const program = new Program(
      this.#command,
      text === undefined
        ? { ...values, text: SHEET_TEXT }
        : { ...values, text },
    );
    this.#programs.push(program);
    return program;
  }

  #limit(ms: number, what: string) {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Finding(what)), ms);
    return { promise, clear: () => clearTimeout(timer) };
  }
}

/** The sheet's message. */
export const SHEET_TEXT = "Test message: SDN course examples";

/** Reads until `count` bytes came from a client. @throws {Finding} if fewer come */
export async function readMessage(
  conn: Deno.TcpConn,
  expected: Uint8Array,
): Promise<void> {
  const received: number[] = [];
  try {
    for await (const chunk of readChunks(conn, { idleMs: CLIENT_MS })) {
      received.push(...chunk);
      if (received.length >= expected.length) break;
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
  const bytes = new Uint8Array(received);
  if (bytes.length === expected.length) {
    if (bytes.every((byte, index) => byte === expected[index])) return;
  }
  throw new Finding("it sent something else than the message", {
    expected,
    received: bytes,
  });
}

/** @throws {NotApplicable} if the program takes no such value */
export function requireValue(client: Client, name: string): void {
  if (client.takes(name)) return;
  throw new NotApplicable(`give its text as {${name}} in the command`);
}
