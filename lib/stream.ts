/**
 * Reading and writing a TCP connection, which carries a stream of bytes both ways
 * and keeps no message boundaries.
 *
 * Python: `socket.recv`, `sendall`; C: `recv(2)`, `send(2)`.
 *
 * @module
 */

import { formatEndpoint } from "./endpoint.ts";
import { located } from "./fault.ts";
import { Session } from "./session.ts";

// A reader's buffer grows only while reads fill it: an idle connection holds
// little, a bulk transfer needs few reads.
const FIRST_BUFFER = 512, LAST_BUFFER = 262_144, GROWTH = 8;

/** How long a peer may read nothing of what it is sent, in ms. */
const WRITE_MS = 10_000;

/** What {@linkcode readChunks} takes. */
export interface ReadOptions {
  /**
   * Closes the connection when nothing comes for so many milliseconds; without it,
   * the limit of the session is as the caller sets it.
   */
  idleMs?: number;
  /** Whose connection it is, in a server. */
  session?: Session;
}

/** What {@linkcode writeAll} takes. */
export interface WriteOptions {
  /** Closes the connection when the peer takes nothing for so many milliseconds. */
  timeoutMs?: number;
  /** Whose connection it is, in a server. */
  session?: Session;
}

/**
 * What the peer sends, as it arrives, up to its end of file. The reads know no
 * message boundaries: TCP is a stream of bytes. A chunk is valid only until the
 * next one is asked for, since the buffer is used again.
 *
 * The iterator rejects with:
 * - {@linkcode DOMException} "TimeoutError" if nothing came for `idleMs`; the
 *   connection is then closed
 * - {@linkcode Deno.errors.ConnectionReset} if the peer broke the connection off
 */
export function readChunks(
  conn: Deno.TcpConn,
  options: ReadOptions = {},
): AsyncIterableIterator<Uint8Array> {
  return new Chunks(conn, options);
}

// Not a generator, which would be shorter: a server has one for each of thousands
// of silent connections, and a generator that waits takes much more memory.
class Chunks implements AsyncIterableIterator<Uint8Array> {
  #conn: Deno.TcpConn;
  #session: Session;
  #isOwn: boolean;
  #idleMs: number | undefined;
  #buffer = new Uint8Array(FIRST_BUFFER);
  #isServed = false;

  constructor(conn: Deno.TcpConn, { idleMs, session }: ReadOptions) {
    this.#conn = conn;
    this.#session = session ?? new Session(conn);
    this.#isOwn = !session;
    this.#idleMs = idleMs;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const turn = this.#isServed
      ? this.#session.service?.turns.next(this.#session)
      : undefined;
    return turn ? turn.then(() => this.#read()) : this.#read();
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    return Promise.resolve(this.#end());
  }

  #read(): Promise<IteratorResult<Uint8Array>> {
    const { limit, service } = this.#session;
    if (service?.isOver) return this.return();
    if (this.#idleMs !== undefined) limit.set(this.#idleMs, "nothing came");
    this.#session.isReading = true;
    return this.#conn.read(this.#buffer).then(
      (count) => this.#take(count),
      (error) => this.#fail(error),
    );
  }

  #take(count: number | null): IteratorResult<Uint8Array> {
    this.#session.isReading = false;
    // Not while a handler works: to answer may take its time.
    if (this.#idleMs !== undefined) this.#session.limit.pause();
    if (count === null) {
      this.#session.isHeard = true;
      return this.#end();
    }
    this.#isServed = true;
    const value = this.#buffer.subarray(0, count);
    if (count === this.#buffer.length && count < LAST_BUFFER) {
      this.#buffer = new Uint8Array(Math.min(count * GROWTH, LAST_BUFFER));
    }
    return { done: false, value };
  }

  #fail(error: unknown): IteratorResult<Uint8Array> {
    const end = this.#end();
    if (this.#session.service?.isOver) return end;
    throw located(
      this.#session.limit.error ?? error,
      "read",
      peerOf(this.#conn),
    );
  }

  #end(): IteratorReturnResult<undefined> {
    if (this.#isOwn) this.#session.limit[Symbol.dispose]();
    return { done: true, value: undefined };
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
  { timeoutMs = WRITE_MS, session }: WriteOptions = {},
): Promise<void> {
  const { limit } = session ?? new Session(conn);
  try {
    for (let sent = 0; sent < bytes.length;) {
      limit.set(timeoutMs, "the peer read nothing");
      sent += await conn.write(sent === 0 ? bytes : bytes.subarray(sent));
    }
    limit.pause();
  } catch (error) {
    throw located(limit.error ?? error, "write", peerOf(conn));
  } finally {
    if (!session) limit[Symbol.dispose]();
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
