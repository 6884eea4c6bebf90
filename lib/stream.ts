/**
 * Reading and writing a TCP connection, which carries a stream of bytes both ways
 * and keeps no message boundaries.
 *
 * Python: `socket.recv`, `sendall`; C: `recv(2)`, `send(2)`.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import { formatEndpoint } from "./endpoint.ts";
import { located } from "./fault.ts";

// A reader's buffer grows while reads fill it, and a large one shrinks when they
// hardly do: an idle connection holds little, a bulk transfer needs few reads.
const FIRST_BUFFER = 512, SMALL_BUFFER = 4096, LAST_BUFFER = 262_144;
const GROWTH = 8;
/** A read of so many bytes may have more behind it that the peer has sent. */
const MUCH = 65_536;

/** The most that {@linkcode readToEnd} keeps, in bytes. */
const MOST_BYTES = 65_536;
/** How long a peer may read nothing of what it is sent, in ms. */
const WRITE_MS = 10_000;

/** What {@linkcode readChunks} takes. */
export interface ReadOptions {
  /**
   * Closes the connection when nothing comes for so many milliseconds; without it,
   * its caller may limit the silence.
   */
  idleMs?: number;
}

/** What {@linkcode writeAll} takes. */
export interface WriteOptions {
  /** Closes the connection when the peer takes nothing for so many milliseconds. */
  timeoutMs?: number;
}

/**
 * What the peer sends, as it arrives, up to its end of file. The reads know no
 * message boundaries: TCP is a stream of bytes. A chunk is valid only until the
 * next one is asked for, since the buffer is used again; one is asked for at a
 * time, as `for await` does. When the server stops, the iteration ends behind what
 * is here already.
 *
 * The iteration rejects with:
 * - {@linkcode DOMException} "TimeoutError" if nothing came for `idleMs`; the
 *   connection is then closed
 * - {@linkcode Deno.errors.ConnectionReset} if the peer reset the connection
 */
export function readChunks(
  conn: Connection,
  { idleMs }: ReadOptions = {},
): AsyncIterable<Uint8Array> {
  return new Chunks(conn, idleMs);
}

// Not a generator, which would be shorter: a server has one for each of thousands
// of silent connections, and a generator that waits takes much more memory.
class Chunks implements AsyncIterableIterator<Uint8Array> {
  #conn: Connection;
  #idleMs: number | undefined;
  #buffer = new Uint8Array(FIRST_BUFFER);
  #isMore = false; // the last read left something, or what follows is on its way

  constructor(conn: Connection, idleMs: number | undefined) {
    this.#conn = conn;
    this.#idleMs = idleMs;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const { shared } = this.#conn;
    if (shared?.isOver) {
      const isLeft = this.#isMore && performance.now() < shared.restEnd;
      if (!isLeft) return Promise.resolve(END);
    }
    const turn = shared?.turns.next(this.#conn);
    return turn ? turn.then(() => this.#read()) : this.#read();
  }

  #read(): Promise<IteratorResult<Uint8Array>> {
    const conn = this.#conn;
    if (this.#idleMs !== undefined) {
      conn.limitSilence(this.#idleMs, "nothing came");
    }
    return conn.read(this.#buffer).then(
      (count) => this.#take(count),
      (error) => this.#fail(error),
    );
  }

  #take(count: number | null): IteratorResult<Uint8Array> {
    this.#conn.endRead(count);
    // Not while a handler works: to answer may take its time.
    if (this.#idleMs !== undefined) this.#conn.allowSilence();
    if (count === null) return END;
    const value = this.#buffer.subarray(0, count);
    const { length } = this.#buffer;
    const isFilled = count === length;
    this.#isMore = isFilled || count >= MUCH;
    const isFull = isFilled && length < LAST_BUFFER;
    const isTooLarge = count * GROWTH < length && length > SMALL_BUFFER;
    if (isFull || isTooLarge) this.#buffer = new Uint8Array(roomFor(count));
    return { done: false, value };
  }

  #fail(error: unknown): IteratorResult<Uint8Array> {
    const conn = this.#conn;
    conn.endRead();
    if (conn.shared?.isOver) return END;
    throw located(conn.error ?? error, "read", formatEndpoint(conn.remoteAddr));
  }
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * Sends all of `bytes`. One `write` may take only a part of them, like send(2);
 * none is taken while the peer does not read and the buffers between are full.
 *
 * @throws {DOMException} "TimeoutError" if none was taken for `timeoutMs`, which
 * are 10 s if nothing else is said; the connection is then closed
 * @throws {Deno.errors.BrokenPipe} if the peer has closed the connection
 * @throws {Deno.errors.ConnectionReset} if the peer reset the connection
 */
export async function writeAll(
  conn: Connection,
  bytes: Uint8Array,
  { timeoutMs = WRITE_MS }: WriteOptions = {},
): Promise<void> {
  try {
    for (let sent = 0; sent < bytes.length;) {
      const rest = sent === 0 ? bytes : bytes.subarray(sent);
      sent += await conn.write(rest, timeoutMs);
    }
  } catch (error) {
    const peer = formatEndpoint(conn.remoteAddr);
    throw located(conn.error ?? error, "write", peer);
  } finally {
    conn.endWrite();
  }
}

/**
 * Hands on all that the peer sends up to its end of file, in one piece. If the
 * peer breaks off or falls silent before, what came until then is handed on too,
 * and the error thrown after it.
 *
 * @throws {Deno.errors.UnexpectedEof} if the peer closes without a byte
 * @throws {Deno.errors.InvalidData} if it is more than 65,536 bytes
 * @throws {DOMException} "TimeoutError" if nothing comes for `idleMs`
 */
export async function readToEnd(
  conn: Connection,
  idleMs: number,
  onEnd: (bytes: Uint8Array) => void,
): Promise<void> {
  const peer = formatEndpoint(conn.remoteAddr);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for await (const chunk of readChunks(conn, { idleMs })) {
      length += chunk.length;
      if (length > MOST_BYTES) {
        throw new Deno.errors.InvalidData(
          `${peer} sent more than ${MOST_BYTES} bytes`,
        );
      }
      chunks.push(chunk.slice());
    }
  } finally {
    if (length > 0) onEnd(await new Blob(chunks).bytes());
  }
  if (length === 0) {
    throw new Deno.errors.UnexpectedEof(
      `${peer} closed the connection without a word`,
    );
  }
}

function roomFor(count: number): number {
  return Math.max(FIRST_BUFFER, Math.min(count * GROWTH, LAST_BUFFER));
}
