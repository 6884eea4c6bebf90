/**
 * The idle connections: each proves that it is alive when it is opened and when
 * the load is over, and is silent between.
 *
 * @module
 */

import { connectTcp } from "../../lib/connect.ts";
import type { Connection } from "../../lib/connection.ts";
import type { Endpoint } from "../../lib/endpoint.ts";
import { echoes, requirePeerFault } from "./echo.ts";
import { MESSAGE_BYTES } from "./message.ts";

/** How many are opened, or asked, at a time. */
const AT_A_TIME = 50;
/** After so many failures no more are opened: each may take its full time. */
const MOST_FAILURES = 50;

/** Connections that do nothing. */
export class IdleConnections implements Disposable {
  #alive: Connection[] = [];
  #patienceMs: number;

  /** None yet; a reply may take `patienceMs`. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** How many are alive, as far as it is known. */
  get alive(): number {
    return this.#alive.length;
  }

  /** Opens `count` connections. Those that prove to be alive are kept. */
  async open(endpoint: Endpoint, count: number): Promise<void> {
    let left = count, failures = 0;
    await atATime(async () => {
      while (left > 0 && failures < MOST_FAILURES) {
        left--;
        try {
          const conn = await connectTcp(endpoint);
          if (await this.#prove(conn)) this.#alive.push(conn);
          else failures++;
        } catch (error) {
          requirePeerFault(error);
          failures++;
        }
      }
    });
  }

  /** Asks each for one more echo. Those that fail are alive no more. */
  async prove(): Promise<void> {
    const left = this.#alive.splice(0);
    await atATime(async () => {
      for (let conn; (conn = left.pop());) {
        if (await this.#prove(conn)) this.#alive.push(conn);
      }
    });
  }

  /** Closes all. */
  [Symbol.dispose](): void {
    for (const conn of this.#alive.splice(0)) conn.close();
  }

  async #prove(conn: Connection): Promise<boolean> {
    const message = crypto.getRandomValues(new Uint8Array(MESSAGE_BYTES));
    const isAlive = await echoes(conn, message, this.#patienceMs);
    if (!isAlive) conn.close();
    return isAlive;
  }
}

async function atATime(work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
}
