/**
 * What belongs to one connection while it lasts: its limits of time, its turn
 * among others, and how far it has come.
 *
 * @module
 */

import { closeQuietly, SilenceLimit, Watch } from "./deadline.ts";
import type { Turns } from "./turns.ts";

/** How long a closing server lets a peer finish, in ms. */
const LINGER_MS = 1000;

/** What all sessions of a server share. */
export interface Shared {
  /** Keeps their limits of time. */
  readonly watch: Watch;
  /** Lets many busy clients take turns. */
  readonly turns: Turns;
  /** Whether the server has stopped, and reads no more. */
  isOver: boolean;
}

/**
 * One connection, as `readChunks()` and `writeAll()` use it: alone, or one of many
 * of a server.
 */
export class Session {
  /** The limit of what is waited for from the peer. */
  readonly reading: SilenceLimit;
  /** The limit of what the peer has to take; a write may wait beside a read. */
  readonly writing: SilenceLimit;
  /** Whether a read waits, which a stop of the server may end. */
  isReading: boolean = false;
  /** Whether the peer has sent everything: its end of file was read. */
  isPeerDone: boolean = false;
  /** In which sample it was met last; for {@linkcode Turns}. */
  metIn: number = -1;
  #reason: DOMException | undefined;

  /** A session that has just begun; in a server with what it shares with others. */
  constructor(
    readonly conn: Deno.TcpConn,
    readonly shared?: Shared,
  ) {
    const watch = shared?.watch ?? new Watch();
    this.reading = new SilenceLimit(conn, watch);
    this.writing = new SilenceLimit(conn, watch);
  }

  /** Why it was closed from this side, if it was: for whoever waited on it. */
  get error(): DOMException | undefined {
    return this.reading.error ?? this.writing.error ?? this.#reason;
  }

  /** Ends the limits; the connection stays open. */
  release(): void {
    this.reading[Symbol.dispose]();
    this.writing[Symbol.dispose]();
  }

  /** Closes the connection; whoever waits on it finds `reason` in `error`. */
  close(reason?: DOMException): void {
    this.#reason ??= reason;
    this.release();
    closeQuietly(this.conn);
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
      await this.conn.closeWrite();
      while (await this.conn.read(scratch) !== null);
    } catch {
      // The peer is gone or the limit ran out: there is nothing more to send.
    }
  }
}
