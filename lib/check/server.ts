/**
 * A TCP server under check, and the ways to talk to it.
 *
 * @module
 */

import { getAvailablePort } from "@std/net/get-available-port";
import { connectTcp } from "../connect.ts";
import type { Connection } from "../connection.ts";
import type { Endpoint } from "../endpoint.ts";
import { readChunks } from "../stream.ts";
import { encode, firstDifference } from "./bytes.ts";
import { type Evidence, Finding, NotApplicable, type Subject } from "./rule.ts";
import { type Command, Program } from "./program.ts";

/** How long a server may keep the check waiting, in ms. */
const ANSWER_MS = 2000;
/** How soon what is too much comes, in ms. */
const SURPLUS_MS = 150;
/** How long a server that runs already may take to accept, in ms. */
const CONNECT_MS = 5000;

/** A server under check: one that runs already, or a program that is started. */
export class Server implements Subject {
  /** Where it is. */
  readonly endpoint: Endpoint;
  #program: Program | undefined;

  /** A server at `target`, or the one that `command` starts at a free port. */
  constructor(from: { target: Endpoint } | { command: Command }) {
    if ("target" in from) {
      this.endpoint = from.target;
      return;
    }
    this.endpoint = { hostname: "127.0.0.1", port: getAvailablePort() };
    this.#program = new Program(from.command, {
      host: this.endpoint.hostname,
      port: String(this.endpoint.port),
    });
  }

  /** Connects, as soon as the server listens. */
  connect(): Promise<Connection> {
    return this.#program?.connect(this.endpoint) ??
      connectTcp({ ...this.endpoint, timeoutMs: CONNECT_MS });
  }

  /**
   * Waits until what the program has printed is `enough`.
   *
   * @throws {NotApplicable} if the check did not start the program
   * @throws {Finding} if it is not in time; says that it did not print `what`
   */
  async printed(
    enough: (stdout: string) => boolean,
    what: string,
  ): Promise<void> {
    if (!this.#program) {
      throw new NotApplicable("its console cannot be seen from here");
    }
    await this.#program.printed(enough, what);
  }

  /**
   * Types text at the program.
   *
   * @throws {NotApplicable} if the check did not start the program
   */
  async type(text: string): Promise<void> {
    if (!this.#program) {
      throw new NotApplicable("nothing can be typed at it from here");
    }
    await this.#program.type(text);
  }

  /** Whether the program has ended. */
  get isGone(): boolean {
    return this.#program?.isGone ?? false;
  }

  /** How the program ended, if it did: a server goes on until it is asked to end. */
  async fate(): Promise<string | undefined> {
    return await this.#program?.fate();
  }

  /** Ends the program, if the check started it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.[Symbol.asyncDispose]();
  }
}

/**
 * Reads until `count` bytes came, or to the end of file if that is `undefined`.
 *
 * @throws {Finding} if the server closes before, or falls silent
 */
export async function readBytes(
  conn: Connection,
  count: number | undefined,
  evidence: Evidence,
  likely?: (received: Uint8Array) => string | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const fail = async (how: string) => {
    const received = await new Blob(chunks).bytes();
    const wanted = count === undefined ? "" : ` of ${count}`;
    return new Finding(
      `${how} after ${length}${wanted} bytes`,
      { ...evidence, received },
      likely?.(received),
    );
  };
  try {
    for await (const chunk of readChunks(conn, { idleMs: ANSWER_MS })) {
      chunks.push(chunk.slice());
      length += chunk.length;
      if (count !== undefined && length >= count) break;
    }
  } catch (error) {
    const isSilent = error instanceof DOMException;
    throw await fail(
      isSilent ? "the server fell silent" : "the server reset the connection",
    );
  }
  if (count !== undefined && length < count) {
    throw await fail("the server closed the connection");
  }
  return await new Blob(chunks).bytes();
}

/**
 * Reads until `text` came; whatever follows it is left alone.
 *
 * @throws {Finding} if something else comes, or nothing
 */
export async function readText(conn: Connection, text: string): Promise<void> {
  const expected = encode(text);
  const received = await readBytes(conn, expected.length, { expected });
  if (expected.every((byte, index) => byte === received[index])) return;
  throw new Finding("it sent something else", { expected, received });
}

/**
 * Reads `text` and nothing else; the connection is then of no more use.
 *
 * @throws {Finding} if something else comes, or nothing, or more
 */
export async function readJust(conn: Connection, text: string): Promise<void> {
  const expected = encode(text);
  const first = await readBytes(conn, expected.length, { expected });
  const received = await new Blob([first, await readSurplus(conn)]).bytes();
  const at = firstDifference(expected, received);
  if (at === undefined) return;
  throw new Finding(
    at === expected.length
      ? "it sent more than that"
      : "it sent something else",
    { expected, received },
  );
}

/** What else comes, soon; the connection is then of no more use. */
export async function readSurplus(
  conn: Connection,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    for await (const chunk of readChunks(conn, { idleMs: SURPLUS_MS })) {
      return chunk.slice();
    }
  } catch {
    // Silence, or a reset: nothing more comes.
  }
  return new Uint8Array();
}
