/**
 * Reading and writing a TCP connection, which carries a stream of bytes both ways
 * and keeps no message boundaries.
 *
 * Python: `socket.recv`, `sendall`; C: `recv(2)`, `send(2)`.
 *
 * @module
 */

import { SilenceLimit, timeoutError } from "./deadline.ts";
import { formatEndpoint } from "./endpoint.ts";
import { located } from "./fault.ts";
import type { Turns } from "./turns.ts";

// A reader's buffer grows only while reads fill it: an idle connection holds
// little, a bulk transfer needs few reads.
const FIRST_BUFFER = 2048, LAST_BUFFER = 262_144, GROWTH = 8;

/** How long a server that stops goes on reading from a client, in ms. */
const DRAIN_MS = 100;
/** How long a peer may read nothing of what it is sent, in ms. */
const WRITE_MS = 10_000;

/** What {@linkcode readChunks} takes. */
export interface ReadOptions {
  /** Closes the connection when nothing comes for so many milliseconds. */
  idleMs?: number;
  /** Ends the reading soon after it aborts: what is on its way is still read. */
  signal?: AbortSignal;
  /** Lets many busy connections of one server take turns. */
  turns?: Turns;
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
  { idleMs, signal, turns }: ReadOptions = {},
): AsyncGenerator<Uint8Array> {
  let buffer = new Uint8Array(FIRST_BUFFER);
  using limit = new SilenceLimit(conn, idleMs);
  let isReading = false;
  let end = 0;
  // A reply on its way may take its time; only waiting for more is cut short.
  const setLimit = () => {
    const left = isReading ? end - performance.now() : Infinity;
    limit.set(Math.max(left, 0));
  };
  const drain = () => {
    end = performance.now() + DRAIN_MS;
    setLimit();
  };
  signal?.addEventListener("abort", drain, { once: true });
  if (signal?.aborted) drain();
  try {
    while (!signal?.aborted || performance.now() < end) {
      isReading = true;
      if (signal?.aborted) setLimit();
      const count = await conn.read(buffer);
      isReading = false;
      if (signal?.aborted) setLimit();
      else limit.touch();
      if (count === null) return;
      yield buffer.subarray(0, count);
      if (count === buffer.length && count < LAST_BUFFER) {
        buffer = new Uint8Array(Math.min(count * GROWTH, LAST_BUFFER));
      }
      const turn = turns?.next(conn);
      if (turn) await turn;
    }
  } catch (error) {
    if (limit.expired && signal?.aborted) return;
    throw located(
      limit.expired
        ? timeoutError(`nothing came for ${idleMs! / 1000} s`)
        : error,
      "read",
      peerOf(conn),
    );
  } finally {
    signal?.removeEventListener("abort", drain);
  }
}

/**
 * Sends all of `bytes`. One `write` may take only a part of them, like send(2);
 * none is taken while the peer does not read and the buffers between are full.
 *
 * @throws {DOMException} "TimeoutError" if none was taken for `timeoutMs`; the
 * connection is then closed
 * @throws {Deno.errors.BrokenPipe} if the peer has closed the connection
 * @throws {Deno.errors.ConnectionReset} if the peer broke the connection off
 */
export async function writeAll(
  conn: Deno.TcpConn,
  bytes: Uint8Array,
  timeoutMs = WRITE_MS,
): Promise<void> {
  using limit = new SilenceLimit(conn, timeoutMs);
  try {
    for (let sent = 0; sent < bytes.length;) {
      sent += await conn.write(bytes.subarray(sent));
      limit.touch();
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
