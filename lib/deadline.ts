/**
 * Limits of time, as the lab uses them: a limit that ends a wait, and one on
 * silence that ends a connection.
 *
 * @module
 */

/** Something that a limit can end: a connection, a socket. */
export interface Closable {
  /** Ends it; a pending read or write then rejects. */
  close(): void;
}

/** Closes what somebody else, such as a limit, may have closed first. */
export function closeQuietly(target: Closable): void {
  try {
    target.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** The error of every limit here: a `TimeoutError`, as `AbortSignal.timeout()` has it. */
export function timeoutError(message: string): DOMException {
  return new DOMException(message, "TimeoutError");
}

/** Whether time ran out, by a limit of ours or of the system. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Deno.errors.TimedOut ||
    (error instanceof DOMException && error.name === "TimeoutError");
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

/** A watch looks at its limits at least so often while there are any, in ms. */
const LOOK_MS = 5000;

/**
 * Keeps any number of limits with one alarm: thousands of connections need no
 * timer each, and a busy one pays a clock reading, not a new timer a message.
 */
export class Watch {
  #limits = new Set<SilenceLimit>();
  #wake = Infinity;

  /** Keeps a limit, until it is deleted. */
  add(limit: SilenceLimit): void {
    this.#limits.add(limit);
  }

  /** Keeps a limit no more. */
  delete(limit: SilenceLimit): void {
    this.#limits.delete(limit);
  }

  /** When a limit of `ms` ends, by the clock of `performance.now()`. */
  endAfter(ms: number): number {
    if (ms === Infinity) return ms;
    const end = performance.now() + ms;
    if (end < this.#wake) this.#wakeAt(end);
    return end;
  }

  // A signal, since the first setTimeout() of a program takes Deno several ms. It
  // cannot be called off: one that is out of date finds another time to wake at,
  // and none is for later than the next look, so that few of them are about.
  #wakeAt(end: number): void {
    const now = performance.now();
    const wake = Math.min(end, now + LOOK_MS);
    this.#wake = wake;
    const timeout = AbortSignal.timeout(Math.max(Math.ceil(wake - now), 0));
    timeout.addEventListener("abort", () => {
      if (this.#wake === wake) this.#check();
    }, { once: true });
  }

  #check(): void {
    const now = performance.now();
    let next = Infinity;
    for (const limit of this.#limits) {
      if (limit.end <= now) limit.expire();
      else next = Math.min(next, limit.end);
    }
    this.#wake = Infinity;
    if (next < Infinity) this.#wakeAt(next);
  }
}

/**
 * Closes `target` when it was silent for some time. Whoever waits on `target`
 * then gets its error, and finds the reason in `error`.
 */
export class SilenceLimit implements Disposable {
  /** Why the target was closed, a `TimeoutError`: only if the limit ran out. */
  error: DOMException | undefined;
  /** When it runs out; for its {@linkcode Watch}. */
  end: number = Infinity;
  #ms = Infinity;
  #missed = "";
  #target: Closable;
  #watch: Watch;

  /** A limit that is not yet set, kept by `watch`. */
  constructor(target: Closable, watch: Watch) {
    this.#target = target;
    this.#watch = watch;
    watch.add(this);
  }

  /**
   * The silence begins anew, and may last for `ms` milliseconds. What is missed
   * then, such as "no line came", goes into the error.
   */
  set(ms: number, missed: string): void {
    this.#ms = ms;
    this.#missed = missed;
    this.end = this.#watch.endAfter(ms);
  }

  /** Nothing is waited for, until the limit is set again. */
  pause(): void {
    this.end = Infinity;
  }

  /** The limit has run out. */
  expire(): void {
    this.error = timeoutError(`${this.#missed} for ${this.#ms / 1000} s`);
    this.pause();
    closeQuietly(this.#target);
  }

  /** Ends the limit; the target stays open. */
  [Symbol.dispose](): void {
    this.#watch.delete(this);
  }
}
