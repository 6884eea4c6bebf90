/**
 * What belongs to one connection while it lasts: its limits of time, its turn
 * among others, and how far it has come.
 *
 * @module
 */

import { closeQuietly, SilenceLimit, type Watch } from "./deadline.ts";
import type { Turns } from "./turns.ts";

/** How long a closing server lets a peer finish, in ms. */
const LINGER_MS = 1000;

/** What all sessions of a server share. */
export interface Service {
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
  /** The limit of what it waits for: one wait at a time. */
  readonly limit: SilenceLimit;
  /** Whether a read waits, which a stop of the server may end. */
  isReading: boolean = false;
  /** Whether the peer has sent everything: its end of file was read. */
  isHeard: boolean = false;
  /** In which count it was met last; for {@linkcode Turns}. */
  count: number = 0;

  /** A session that has just begun; in a server with what it shares with others. */
  constructor(
    readonly conn: Deno.TcpConn,
    readonly service?: Service,
  ) {
    this.limit = new SilenceLimit(conn, service?.watch);
  }

  /** Closes the connection; its session is over. */
  close(): void {
    this.limit[Symbol.dispose]();
    closeQuietly(this.conn);
  }

  /**
   * Half-closes, then waits until the peer closes too: a close with input unread
   * would reset the connection, and the peer could lose what it was just sent.
   */
  async finish(): Promise<void> {
    if (this.isHeard) return;
    this.limit.set(LINGER_MS, "the peer did not close");
    const scratch = new Uint8Array(512);
    try {
      await this.conn.closeWrite();
      while (await this.conn.read(scratch) !== null);
    } catch {
      // The peer is gone or the limit ran out: there is nothing more to send.
    }
  }
}
