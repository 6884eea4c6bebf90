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
 * Keeps any number of limits with one timer: thousands of connections need no
 * timer each, and a busy one pays a clock reading, not a new timer a message.
 */
export class Watch implements Disposable {
  // An array, each limit knowing its place: a Set costs more than a short write.
  #limits: SilenceLimit[] = [];
  #latest = Infinity;
  #wake = Infinity;

  /** Whether the time that {@linkcode shorten} left is over. */
  get isOver(): boolean {
    return this.#latest < Infinity && performance.now() >= this.#latest;
  }

  /** Lets no limit last longer than `ms` from now, nor one that is set later. */
  shorten(ms: number): void {
    this.#latest = performance.now() + ms;
    for (const limit of this.#limits) {
      if (limit.end !== undefined) {
        limit.end = Math.min(limit.end, this.#latest);
      }
    }
    this.#wakeAt(this.#latest);
  }

  /** Keeps a limit, until it is deleted. */
  add(limit: SilenceLimit): void {
    limit.place = this.#limits.push(limit) - 1;
  }

  /** Keeps a limit no more. */
  delete(limit: SilenceLimit): void {
    if (this.#limits[limit.place] !== limit) return;
    const last = this.#limits.pop()!;
    if (last === limit) return;
    this.#limits[limit.place] = last;
    last.place = limit.place;
  }

  /** When a limit of `ms` ends, by the clock of `performance.now()`. */
  endAfter(ms: number): number {
    if (ms === Infinity) return this.#latest;
    const end = Math.min(performance.now() + ms, this.#latest);
    if (end < this.#wake) this.#wakeAt(end);
    return end;
  }

  /** Ends the watch: its limits end no more. */
  [Symbol.dispose](): void {
    this.#wake = NaN;
  }

  // A signal, since the first setTimeout() of a program takes Deno several ms. It
  // cannot be called off: one that is out of date finds another time to wake at.
  #wakeAt(end: number): void {
    this.#wake = end;
    const timeout = AbortSignal.timeout(
      Math.max(Math.ceil(end - performance.now()), 0),
    );
    timeout.addEventListener("abort", () => {
      if (this.#wake === end) this.#check();
    }, { once: true });
  }

  #check(): void {
    const now = performance.now();
    let next = Infinity;
    for (const limit of this.#limits) {
      const { end = Infinity } = limit;
      if (end <= now) limit.expire();
      else next = Math.min(next, end);
    }
    this.#wake = Infinity;
    if (next < Infinity) this.#wakeAt(next);
  }
}

/**
 * Closes `target` when it was silent for some time. Whoever waits on `target`
 * then gets its error, and finds `expired` set.
 */
export class SilenceLimit implements Disposable {
  /** Whether the limit ran out and closed the target. */
  expired = false;
  /** When it runs out, if something is waited for; for its {@linkcode Watch}. */
  end: number | undefined;
  /** Where its {@linkcode Watch} keeps it. */
  place = 0;
  #target: Closable;
  #watch: Watch;
  #isAlone: boolean;

  /**
   * A limit of `ms` milliseconds, kept by `watch` or by one of its own. Of a long
   * limit, one of its own leaves something behind until the time is over.
   */
  constructor(target: Closable, ms = Infinity, watch?: Watch) {
    this.#target = target;
    this.#isAlone = !watch;
    this.#watch = watch ?? new Watch();
    this.#watch.add(this);
    this.end = this.#watch.endAfter(ms);
  }

  /** The silence begins anew, and may last for `ms` milliseconds. */
  set(ms: number): void {
    this.end = this.#watch.endAfter(ms);
  }

  /** Nothing is waited for, until the limit is set again. */
  pause(): void {
    this.end = undefined;
  }

  /** The limit has run out. */
  expire(): void {
    this.expired = true;
    this.pause();
    closeQuietly(this.#target);
  }

  /** Ends the limit; the target stays open. */
  [Symbol.dispose](): void {
    this.#watch.delete(this);
    if (this.#isAlone) this.#watch[Symbol.dispose]();
  }
}
