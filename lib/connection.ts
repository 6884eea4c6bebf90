/**
 * One TCP connection, at either end: what `Deno.TcpConn` does, with limits of time,
 * and in a server with a turn among others.
 *
 * Python: a connected `socket`; C: its descriptor. TCP itself: RFC 9293.
 *
 * @module
 */

import { closeQuietly, SilenceLimit, Watch } from "./deadline.ts";
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
}

/**
 * A connection, which `connectTcp()` makes and `serveTcp()` accepts. `readChunks()`
 * and `writeAll()` read and write it.
 */
export class Connection implements Disposable {
  /** The limit of what is waited for from the peer. */
  readonly reading: SilenceLimit;
  /** The limit of what the peer has to take; a write may wait beside a read. */
  readonly writing: SilenceLimit;
  /** What it shares with the others of its server. */
  readonly shared: Shared | undefined;
  /** Whether a read waits. */
  isReading: boolean = false;
  /** Whether a write waits. */
  isWriting: boolean = false;
  /** Whether the peer has sent everything: its end of file was read. */
  isPeerDone: boolean = false;
  /** In which sample it was met last; for {@linkcode Turns}. */
  metIn: number = -1;
  #conn: Deno.TcpConn;
  #reason: DOMException | undefined;

  /** What `Deno.connect()` or a listener's `accept()` has returned. */
  constructor(conn: Deno.TcpConn, shared?: Shared) {
    const watch = shared?.watch ?? new Watch();
    this.#conn = conn;
    this.shared = shared;
    this.reading = new SilenceLimit(conn, watch);
    this.writing = new SilenceLimit(conn, watch);
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

  /** Whether nothing happens but that a read waits, which a stop of the server may end. */
  get isSilent(): boolean {
    return this.isReading && !this.isWriting;
  }

  /** Why it was closed from this side, if it was: for whoever waited on it. */
  get error(): DOMException | undefined {
    return this.reading.error ?? this.writing.error ?? this.#reason;
  }

  /** Reads once into `buffer`: how many bytes came, or `null` at the end of file. */
  read(buffer: Uint8Array): Promise<number | null> {
    return this.#conn.read(buffer);
  }

  /** Writes once: how many of the bytes were taken, which may be only some. */
  write(bytes: Uint8Array): Promise<number> {
    return this.#conn.write(bytes);
  }

  /** Half-closes: the peer reads the end of file, and can still answer. */
  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  /** Closes the connection; whoever waits on it finds `reason` in `error`. */
  close(reason?: DOMException): void {
    this.#reason ??= reason;
    this.reading[Symbol.dispose]();
    this.writing[Symbol.dispose]();
    closeQuietly(this.#conn);
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
    if (this.isPeerDone) return;
    this.reading.set(LINGER_MS, "the peer did not close");
    const scratch = new Uint8Array(512);
    try {
      await this.#conn.closeWrite();
      while (await this.#conn.read(scratch) !== null);
    } catch {
      // The peer is gone or the limit ran out: there is nothing more to send.
    }
  }
}
