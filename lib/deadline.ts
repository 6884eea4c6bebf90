/**
 * Limits of time, as the lab uses them: one that ends a wait, and many that share
 * an alarm; and waits.
 *
 * @module
 */

/** The error of every limit here: a `TimeoutError`, as `AbortSignal.timeout()` has it. */
export function timeoutError(message: string): DOMException {
  return new DOMException(message, "TimeoutError");
}

/** Whether time ran out, by a limit of ours or of the system. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Deno.errors.TimedOut ||
    (error instanceof DOMException && error.name === "TimeoutError");
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Settles as `promise` does, unless `signal` aborts first: then it rejects with
 * the signal's reason. What `promise` still brings later goes to `late`, so that
 * a connection made too late can be closed.
 */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  late: (value: T) => void = () => {},
): Promise<T> {
  if (!signal) return await promise;
  const result = Promise.withResolvers<T>();
  let isAborted = signal.aborted;
  const abort = () => {
    isAborted = true;
    result.reject(signal.reason);
  };
  if (isAborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  promise.then(
    (value) => isAborted ? late(value) : result.resolve(value),
    result.reject,
  );
  try {
    return await result.promise;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/**
 * Settles as what `start` begins, but after `ms` milliseconds at the latest; without
 * `ms`, whenever that does. The signal is for what can end by itself; what comes too
 * late all the same goes to `late`.
 *
 * @throws {DOMException} "TimeoutError" if it takes longer
 */
export async function within<T>(
  ms: number | undefined,
  start: (signal?: AbortSignal) => Promise<T>,
  late?: (value: T) => void,
): Promise<T> {
  if (ms === undefined) return await start();
  const signal = AbortSignal.timeout(ms);
  try {
    return await unlessAborted(start(signal), signal, late);
  } catch (error) {
    if (error !== signal.reason) throw error;
    throw timeoutError(`no answer within ${ms / 1000} s`);
  }
}

/** The longest time between two looks of a {@linkcode Watch}, in ms. */
const LOOK_MS = 5000;
/** An alarm so late, in ms, shows that this process was suspended. */
const LATE_MS = 200;
/** How long the sockets are then given before the limits are looked at, in ms. */
const AGAIN_MS = 20;

/** What has limits of time that a {@linkcode Watch} keeps. */
export interface Watched {
  /**
   * Ends what has run out by `now`, and returns when to look again, `Infinity` for
   * never; both by the clock of `performance.now()`.
   */
  look(now: number): number;
}

/**
 * Keeps the limits of many with one alarm: thousands of connections need no timer
 * each, and a busy one pays no new timer a message.
 */
export class Watch {
  #watched: Iterable<Watched>;
  #slackMs: number;
  #now: number | undefined;
  #wake = Infinity;

  /**
   * A watch over all that is in `watched` whenever it looks. A limit may end up to
   * `slackMs` too late: the clock is then read only as often.
   */
  constructor(watched: Iterable<Watched>, slackMs = 0) {
    this.#watched = watched;
    this.#slackMs = slackMs;
  }

  /** When a limit of `ms` from now ends: then it looks. */
  endAfter(ms: number): number {
    const end = Math.ceil(this.#readClock() + this.#slackMs + ms);
    if (end < this.#wake) this.#wakeAt(end);
    return end;
  }

  // Two readings a message would take a busy server a twentieth of its rate.
  #readClock(): number {
    if (this.#slackMs === 0) return performance.now();
    if (this.#now === undefined) {
      this.#now = performance.now();
      alarm(this.#slackMs, () => this.#now = undefined);
    }
    return this.#now;
  }

  // An alarm that is out of date finds another time to wake at, and none is for later
  // than the next look, so that few of them are about.
  #wakeAt(end: number, isAgain = false): void {
    const now = performance.now();
    const wake = Math.min(end, now + LOOK_MS);
    this.#wake = wake;
    alarm(Math.max(Math.ceil(wake - now), 0), () => {
      if (this.#wake !== wake) return;
      const now = performance.now();
      // As by Ctrl+Z. Deno then runs timers before it reads the sockets: what has
      // arrived in time comes first.
      const isLate = now - wake > LATE_MS;
      if (isLate && !isAgain) this.#wakeAt(now + AGAIN_MS, true);
      else this.#check();
    });
  }

  #check(): void {
    const now = performance.now();
    let next = Infinity;
    for (const one of this.#watched) next = Math.min(next, one.look(now));
    this.#wake = Infinity;
    if (next < Infinity) this.#wakeAt(next);
  }
}

// By a signal, since the first setTimeout() of a program takes Deno several ms; but it
// cannot be called off.
function alarm(ms: number, onTime: () => void): void {
  AbortSignal.timeout(ms).addEventListener("abort", onTime, { once: true });
}
