/**
 * What is on its way to one of many peers: it goes out in order, and nobody else
 * waits for a peer that reads slowly.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import { writeAll } from "./stream.ts";

/** How long a peer may read nothing before it is given up, in ms. */
const SEND_MS = 5000;
/** How much may wait for a peer before it holds up the others after all, in bytes. */
const MOST_UNSENT = 65_536;

/** The messages to one peer. */
export class Outbox {
  #conn: Connection;
  #sending = Promise.resolve();
  #unsent = 0;

  /** An empty one. */
  constructor(conn: Connection) {
    this.#conn = conn;
  }

  /**
   * Queues a message. Resolves at once; with more than 64 KiB queued, when all of it
   * is sent: what comes faster than a peer reads fills no memory. A peer that reads
   * nothing for 5 s is closed.
   */
  async send(message: Uint8Array): Promise<void> {
    this.#unsent += message.length;
    this.#sending = this.#sending.then(() => this.#write(message));
    if (this.#unsent > MOST_UNSENT) await this.#sending;
  }

  /** Resolves when all that was queued is sent, or the peer was given up. */
  allSent(): Promise<void> {
    return this.#sending;
  }

  async #write(message: Uint8Array): Promise<void> {
    try {
      await writeAll(this.#conn, message, { timeoutMs: SEND_MS });
    } catch {
      // A write that fails also fails the pending read, which reports it.
    }
    this.#unsent -= message.length;
  }
}
