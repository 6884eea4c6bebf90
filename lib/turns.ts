/**
 * Turns for connections that are all busy at once.
 *
 * Deno's event loop serves 128 ready sockets in one go, and begins the next with
 * those that it has just served: of a thousand clients that never pause, some
 * would wait for seconds. So a crowd is served in rounds: who was served waits
 * until the others were, too.
 *
 * @module
 */

/** More busy connections than this are a crowd; up to 128 are served fairly. */
const MANY = 100;
/** So many reads in a row are a sample, in which busy connections are counted. */
const SAMPLE_READS = 1024;
/** After so many reads the size of the crowd is found out anew. */
const TRUSTED_READS = 8192;
/** No round is kept open for longer, in ms, whoever may still come. */
const ROUND_MS = 50;
/** How much of a crowd is expected again when fewer came. */
const KEPT = 0.9;

/** A connection that takes turns. */
export interface Taker {
  /** In which sample it was met last, or -1: {@linkcode Turns} notes it here. */
  metIn: number;
}

/** The turns of all connections of one server. */
export class Turns {
  // Of the connections, only numbers are kept: one that is gone is not held on to.
  #sample = 1;
  #busy = 0;
  #reads = 0;
  #isCrowd = false;
  #round: PromiseWithResolvers<void> | undefined;
  #latest = 0;
  #served = 0;
  #size = 0;
  #trusted = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Called when `conn` was served. Resolves when it may be read again; `undefined`
   * means now, and costs less than a promise.
   */
  next(conn: Taker): Promise<void> | undefined {
    if (!this.#isCrowd) {
      this.#meet(conn);
      return;
    }
    // A newcomer may have said all that it has to say, and leave.
    const isNew = conn.metIn < 0;
    conn.metIn = this.#sample;
    if (isNew) return;
    this.#served++;
    if (!this.#round) {
      this.#round = Promise.withResolvers();
      this.#latest = performance.now() + ROUND_MS;
      this.#endWhenQuiet();
    }
    const { promise } = this.#round;
    // All who came last time have come: the round ends without a pause.
    if (this.#served === this.#size && this.#trusted > 0) {
      this.#trusted -= this.#served;
      this.#end();
    }
    return promise;
  }

  #meet(conn: Taker): void {
    // Busy is who was met in the last sample, too: not a client that comes, says
    // one thing and leaves, however many of them there are.
    if (conn.metIn === this.#sample - 1) this.#busy++;
    conn.metIn = this.#sample;
    if (++this.#reads < SAMPLE_READS) return;
    this.#isCrowd = this.#busy > MANY;
    this.#sample++;
    this.#busy = this.#reads = 0;
  }

  // Nobody came while a timer ran, twice in a row: who has not come by now has sent
  // nothing. A timer that was due while the last ones were served says nothing, since
  // it runs before Deno looks at the sockets again.
  #endWhenQuiet(wasQuiet = false): void {
    const served = this.#served;
    this.#timer = setTimeout(() => {
      const isQuiet = this.#served === served;
      const isOver = isQuiet && wasQuiet || performance.now() >= this.#latest;
      if (!isOver) return this.#endWhenQuiet(isQuiet);
      this.#isCrowd = this.#served > MANY;
      // A crowd that grows is not yet known: some of it were only late.
      const isKnown = this.#served <= this.#size / KEPT;
      this.#trusted = isKnown ? TRUSTED_READS : 0;
      // Those who have left are forgotten little by little.
      this.#size = Math.max(this.#served, Math.floor(this.#size * KEPT));
      this.#end();
    });
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#served = 0;
    this.#round?.resolve();
    this.#round = undefined;
  }
}
