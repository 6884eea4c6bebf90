/**
 * Reading and writing a TCP connection, which carries a stream of bytes both ways
 * and keeps no message boundaries.
 *
 * Python: `socket.recv`, `sendall`; C: `recv(2)`, `send(2)`.
 *
 * @module
 */

import { SilenceLimit, timeoutError, type Watch } from "./deadline.ts";
import { formatEndpoint } from "./endpoint.ts";
import { located } from "./fault.ts";
import type { Turns } from "./turns.ts";

// A reader's buffer grows only while reads fill it: an idle connection holds
// little, a bulk transfer needs few reads.
const FIRST_BUFFER = 512, LAST_BUFFER = 262_144, GROWTH = 8;

/** How long a peer may read nothing of what it is sent, in ms. */
const WRITE_MS = 10_000;

/** What {@linkcode readChunks} takes. */
export interface ReadOptions {
  /** Closes the connection when nothing comes for so many milliseconds. */
  idleMs?: number;
  /** Keeps the limit for all connections of a server, and ends the reading. */
  reads?: Watch;
  /** Lets many busy connections of one server take turns. */
  turns?: Turns;
}

/** What {@linkcode writeAll} takes. */
export interface WriteOptions {
  /** Closes the connection when the peer takes nothing for so many milliseconds. */
  timeoutMs?: number;
  /** Keeps the limit for all connections of a server. */
  writes?: Watch;
}

/**
 * What the peer sends, as it arrives, up to its end of file. The reads know no
 * message boundaries: TCP is a stream of bytes. A chunk is valid only until the
 * next one is asked for, since the buffer is used again.
 *
 * @throws {DOMException} "TimeoutError" if nothing came for `idleMs`; the
 * connection is then closed
 * @throws {Deno.errors.ConnectionReset} if the peer broke the connection off
 */
export async function* readChunks(
  conn: Deno.TcpConn,
  { idleMs = Infinity, reads, turns }: ReadOptions = {},
): AsyncGenerator<Uint8Array> {
  let buffer = new Uint8Array(FIRST_BUFFER);
  using limit = new SilenceLimit(conn, Infinity, reads);
  try {
    while (!reads?.isOver) {
      limit.set(idleMs);
      const count = await conn.read(buffer);
      // Not while the handler works: to answer may take its time.
      limit.pause();
      if (count === null) return;
      yield buffer.subarray(0, count);
      if (count === buffer.length && count < LAST_BUFFER) {
        buffer = new Uint8Array(Math.min(count * GROWTH, LAST_BUFFER));
      }
      const turn = turns?.next(conn);
      if (turn) await turn;
    }
  } catch (error) {
    if (limit.expired && reads?.isOver) return;
    throw located(
      limit.expired
        ? timeoutError(`nothing came for ${idleMs / 1000} s`)
        : error,
      "read",
      peerOf(conn),
    );
  }
}

/**
 * Sends all of `bytes`. One `write` may take only a part of them, like send(2);
 * none is taken while the peer does not read and the buffers between are full.
 *
 * @throws {DOMException} "TimeoutError" if none was taken for `timeoutMs`, which
 * are 10 s if nothing else is said; the connection is then closed
 * @throws {Deno.errors.BrokenPipe} if the peer has closed the connection
 * @throws {Deno.errors.ConnectionReset} if the peer broke the connection off
 */
export async function writeAll(
  conn: Deno.TcpConn,
  bytes: Uint8Array,
  { timeoutMs = WRITE_MS, writes }: WriteOptions = {},
): Promise<void> {
  using limit = new SilenceLimit(conn, timeoutMs, writes);
  try {
    let sent = await conn.write(bytes);
    while (sent < bytes.length) {
      limit.set(timeoutMs);
      sent += await conn.write(bytes.subarray(sent));
    }
  } catch (error) {
    throw located(
      limit.expired
        ? timeoutError(`the peer read nothing for ${timeoutMs / 1000} s`)
        : error,
      "write",
      peerOf(conn),
    );
  }
}

/**
 * Hands on all that the peer sends up to its end of file, in one piece. If the
 * peer breaks off or falls silent before, what came until then is handed on too,
 * and the error thrown after it.
 *
 * @throws {Deno.errors.UnexpectedEof} if the peer closes without a byte
 * @throws {Deno.errors.InvalidData} if it is more than `maxBytes`
 * @throws {DOMException} "TimeoutError" if nothing comes for `idleMs`
 */
export async function readToEnd(
  conn: Deno.TcpConn,
  idleMs: number,
  onEnd: (bytes: Uint8Array) => void,
  maxBytes = 65_536,
): Promise<void> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for await (const chunk of readChunks(conn, { idleMs })) {
      length += chunk.length;
      if (length > maxBytes) {
        throw new Deno.errors.InvalidData(
          `${peerOf(conn)} sent more than ${maxBytes} bytes`,
        );
      }
      chunks.push(chunk.slice());
    }
  } finally {
    if (length > 0) {
      onEnd(new Uint8Array(await new Blob(chunks).arrayBuffer()));
    }
  }
  if (length === 0) {
    throw new Deno.errors.UnexpectedEof(
      `${peerOf(conn)} closed the connection without a word`,
    );
  }
}

function peerOf(conn: Deno.TcpConn): string {
  return formatEndpoint(conn.remoteAddr as Deno.NetAddr);
}
