/**
 * One TCP connection, at either end: what `Deno.TcpConn` does, with limits of time,
 * and in a server with a turn among others.
 *
 * Python: a connected `socket`; C: its descriptor. TCP itself: RFC 9293.
 *
 * @module
 */

import { timeoutError, Watch, type Watched } from "./deadline.ts";
import type { Turns } from "./turns.ts";

/** How long a closing server lets a peer finish, in ms. */
const LINGER_MS = 1000;

/** What all connections of a server share. */
export interface Shared {
  /** Keeps their limits of time. */
  readonly watch: Watch;
  /** Lets many busy clients take turns. */
  readonly turns: Turns;
  /** Whether the server has stopped, and reads no more. */
  isOver: boolean;
  /** Until when it then reads on where one read did not bring all that was there. */
  restEnd: number;
}

/** No limit is set. */
const NONE = 0;

/**
 * A connection, which `connectTcp()` makes and `serveTcp()` accepts. `readChunks()`
 * and `writeAll()` read and write it.
 */
export class Connection implements Disposable, Watched {
  /** What it shares with the others of its server. */
  readonly shared: Shared | undefined;
  /** The round in which it was let in to be read; for {@linkcode Turns}. */
  round: number = 0;
  #conn: Deno.TcpConn;
  #watch: Watch;
  // Numbers, not objects: a server has thousands of silent connections.
  #readEnd = NONE;
  #readMs = 0;
  #missed = "";
  #writeEnd = NONE;
  #writeMs = 0;
  #isReading = false;
  #isWriting = false;
  #isPeerDone = false;
  #error: DOMException | undefined;

  /** What `Deno.connect()` or a listener's `accept()` has returned. */
  constructor(conn: Deno.TcpConn, shared?: Shared) {
    this.#conn = conn;
    this.#watch = shared?.watch ?? new Watch([this]);
    this.shared = shared;
    try {
      // Small messages go out at once (RFC 9293, section 3.7.4 on Nagle's algorithm).
      conn.setNoDelay(true);
    } catch {
      // macOS refuses it for a peer that is gone already: the first read tells.
    }
  }

  /** Address and port of this end. */
  get localAddr(): Deno.NetAddr {
    return this.#conn.localAddr as Deno.NetAddr;
  }

  /** Address and port of the peer. */
  get remoteAddr(): Deno.NetAddr {
    return this.#conn.remoteAddr as Deno.NetAddr;
  }

  /** Whether it only waits to read, so that a stopping server may close it. */
  get isSilent(): boolean {
    return this.#isReading && !this.#isWriting;
  }

  /** Why it was closed from this side, if it was: for whoever waited on it. */
  get error(): DOMException | undefined {
    return this.#error;
  }

  /**
   * The peer may be silent for so many milliseconds from now on, until this is said
   * anew; then the connection is closed. What was missed, such as "no line came",
   * goes into the error.
   */
  limitSilence(ms: number, missed: string): void {
    this.#readMs = ms;
    this.#missed = missed;
    this.#readEnd = this.#watch.endAfter(ms);
  }

  /** The peer may be silent for as long as it likes. */
  allowSilence(): void {
    this.#readEnd = NONE;
  }

  /**
   * Reads once into `buffer`: how many bytes came, or `null` at the end of file.
   * `endRead()` has to follow; {@linkcode readChunks} does both.
   */
  read(buffer: Uint8Array): Promise<number | null> {
    this.#isReading = true;
    return this.#conn.read(buffer);
  }

  /** The read that was begun has ended: with `count`, or by an error. */
  endRead(count?: number | null): void {
    this.#isReading = false;
    if (count === null) this.#isPeerDone = true;
  }

  /**
   * Writes once: how many of the bytes were taken, which may be only some. The
   * connection is closed if none is for `timeoutMs`. `endWrite()` has to follow;
   * {@linkcode writeAll} does both. A write may wait beside a read.
   */
  write(bytes: Uint8Array, timeoutMs = Infinity): Promise<number> {
    this.#isWriting = true;
    this.#writeMs = timeoutMs;
    this.#writeEnd = this.#watch.endAfter(timeoutMs);
    return this.#conn.write(bytes);
  }

  /** The write that was begun has ended, and nothing is left. */
  endWrite(): void {
    this.#isWriting = false;
    this.#writeEnd = NONE;
  }

  /** Half-closes: the peer reads the end of file, and can still answer. */
  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  /** Closes the connection; whoever waits on it finds `reason` in `error`. */
  close(reason?: DOMException): void {
    this.#error ??= reason;
    this.#readEnd = this.#writeEnd = NONE;
    try {
      this.#conn.close();
    } catch (error) {
      // Closed already: by a limit, or by another way out of the same block.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Half-closes, then waits until the peer closes too, unless it has: a close with
   * input unread would reset the connection, and the peer could lose what it was
   * just sent.
   */
  async finish(): Promise<void> {
    if (this.#isPeerDone) return;
    this.limitSilence(LINGER_MS, "the peer did not close");
    const scratch = new Uint8Array(512);
    try {
      await this.#conn.closeWrite();
      while (await this.#conn.read(scratch) !== null);
    } catch {
      // The peer is gone or the limit ran out: there is nothing more to send.
    }
  }

  /** Closes it if a limit has run out; for its {@linkcode Watch}. */
  look(now: number): number {
    if (isPast(this.#readEnd, now)) this.#expire(this.#missed, this.#readMs);
    if (isPast(this.#writeEnd, now)) {
      this.#expire("the peer read nothing", this.#writeMs);
    }
    return Math.min(this.#readEnd || Infinity, this.#writeEnd || Infinity);
  }

  #expire(missed: string, ms: number): void {
    this.close(timeoutError(`${missed} for ${ms / 1000} s`));
  }
}

function isPast(end: number, now: number): boolean {
  return end !== NONE && end <= now;
}
