/**
 * Turns for connections that are all busy at once.
 *
 * Deno's event loop serves 128 ready sockets in one go, and begins the next with
 * those that it has just served: of a thousand clients that never pause, some
 * would wait for seconds. So only a few are let in to read: who was served goes to
 * the end of a queue, and the first of it is let in instead.
 *
 * @module
 */

/** How many are let in at once: with a read and a write each, what Deno serves fairly. */
const MOST = 64;

/** A connection that takes turns. */
export interface Taker {
  /**
   * The round in which it was let in, negative if it takes no place; 0 before the
   * first. {@linkcode Turns} notes it here.
   */
  round: number;
}

const NEW = 0;

interface Waiting {
  conn: Taker;
  resolve(): void;
}

/** The turns of all connections of one server. */
export class Turns {
  #round = NEW + 1;
  #inside = 0;
  #served = 0;
  #queue: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #letInNext = MOST;

  /**
   * Called before `conn` is read, and so when it was served. Resolves when it may be
   * read; `undefined` means now, and costs less than a promise.
   */
  next(conn: Taker): Promise<void> | undefined {
    const { round } = conn;
    this.#takeBack(conn);
    this.#served++; // newcomers, too: while Deno accepts many, it looks at few others
    // A newcomer may have one thing to say, and leave: nobody waits for that.
    if (round === NEW) return this.#letIn(conn);
    // Who is silent for rounds makes no crowd.
    if (Math.abs(round) < this.#round) return;
    if (this.#inside < MOST && this.#queue.length === 0) {
      return this.#letIn(conn);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#queue.push({ conn, resolve });
    this.#letFirstIn();
    this.#watch();
    return promise;
  }

  /** Called when `conn` will not be read any more. */
  leave(conn: Taker): void {
    this.#takeBack(conn);
    this.#letFirstIn();
  }

  /** Whether somebody waits for a turn. */
  get isWaitedFor(): boolean {
    return this.#queue.length > 0;
  }

  /** How often somebody was served; it grows as long as anybody is. */
  get served(): number {
    return this.#served;
  }

  /** Lets go of its timer: nobody will ask for a turn any more. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #letIn(conn: Taker): undefined {
    conn.round = this.#round;
    this.#inside++;
  }

  /** Takes back its place, if it still has one. */
  #takeBack(conn: Taker): void {
    if (conn.round === this.#round) this.#inside--;
    conn.round = -this.#round;
  }

  #letFirstIn(): void {
    const first = this.#inside < MOST ? this.#queue.shift() : undefined;
    if (!first) return;
    this.#letIn(first.conn);
    first.resolve();
  }

  // Those who are let in and say nothing would keep the others out. If few were served
  // while Deno looked at the sockets once, most are silent: a new round begins, in
  // which these have no places, and others read without one; twice as many each time,
  // until there is a crowd. It takes two timers to be sure that Deno has looked: one
  // that is due already runs before.
  #watch(): void {
    if (this.#timer !== undefined) return;
    const served = this.#served;
    const look = () => {
      this.#timer = undefined;
      if (this.#served - served < MOST) {
        this.#round++;
        this.#inside = 0;
        for (
          const { conn, resolve } of this.#queue.splice(0, this.#letInNext)
        ) {
          conn.round = -this.#round;
          resolve();
        }
        this.#letInNext *= 2;
      } else this.#letInNext = MOST;
      if (this.#queue.length > 0) this.#watch();
    };
    this.#timer = setTimeout(() => this.#timer = setTimeout(look));
  }
}
