/**
 * Reading from and writing to a program under check, server or client.
 *
 * @module
 */

import type { Connection } from "../connection.ts";
import { isTimeout, pause } from "../deadline.ts";
import { readChunks, writeAll } from "../stream.ts";
import { encode, firstDifference } from "./bytes.ts";
import { Closed, type Evidence, Finding } from "./rule.ts";

/** How long a program may keep the check waiting, in ms. */
const ANSWER_MS = 4000;
/** How soon what is too much comes, in ms. */
const SURPLUS_MS = 150;
/** How long bytes sent one by one take: who waits a second, and reads once, is found. */
const SLOW_MS = 1500;
/** How many more bytes are sent, at most, before a close is noticed. */
export const NOTICED = 3;
/** The likely cause if a client closes so soon. */
export const READS_ONCE =
  "it reads once, and takes what comes for the whole answer";

/**
 * Reads until `count` bytes came, or to the end of file if that is `undefined`.
 *
 * @throws {Finding} if the program closes before, or falls silent
 */
export async function readBytes(
  conn: Connection,
  count: number | undefined,
  evidence: Evidence,
  likely?: (received: Uint8Array) => string | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const fail = async (Kind: typeof Finding, how: string) => {
    const received = await new Blob(chunks).bytes();
    const wanted = count === undefined ? "" : ` of ${count}`;
    return new Kind(
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
    throw isTimeout(error)
      ? await fail(Finding, "it fell silent")
      : await fail(Closed, "it reset the connection");
  }
  if (count !== undefined && length < count) {
    throw await fail(Closed, "it closed the connection");
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
  const start = received.subarray(0, expected.length);
  if (firstDifference(expected, start) === undefined) return;
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

/** Reads a client's message. @throws {Finding} if something else comes, or less */
export async function readMessage(
  conn: Connection,
  expected: Uint8Array,
): Promise<void> {
  const received = await readBytes(conn, expected.length, { expected });
  if (firstDifference(expected, received) === undefined) return;
  throw new Finding("it sent something else than the message", {
    expected,
    received,
  });
}

/**
 * Sends byte by byte.
 *
 * @throws {Finding} if the client closes before the last one; by how many were sent
 * until it did, its `likely` cause
 */
export async function sendSlowly(
  conn: Connection,
  bytes: Uint8Array,
  likely?: (sent: number) => string | undefined,
): Promise<void> {
  for (let sent = 0; sent < bytes.length; sent++) {
    try {
      await writeAll(conn, bytes.subarray(sent, sent + 1));
    } catch {
      throw new Closed(
        `it closed the connection after ${sent} of ${bytes.length} bytes at most`,
        { sent: bytes },
        likely ? likely(sent) : sent <= NOTICED ? READS_ONCE : undefined,
      );
    }
    await pause(SLOW_MS / bytes.length);
  }
}
