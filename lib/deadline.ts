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
 * Closes `target` when {@linkcode touch} was not called for `ms` milliseconds.
 * Whoever waits on `target` then gets its error, and finds `expired` set.
 *
 * A timer runs only while a limit is set, and one timer serves any number of
 * touches: a busy connection pays a clock reading, not a new timer a message.
 */
export class SilenceLimit implements Disposable {
  /** Whether the limit ran out and closed the target. */
  expired = false;
  #target: Closable;
  #ms: number;
  #last = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Sets a limit of `ms` milliseconds; `undefined` sets none. */
  constructor(target: Closable, ms: number | undefined) {
    this.#target = target;
    this.#ms = ms ?? Infinity;
    this.set(this.#ms);
  }

  /** Begins anew with a limit of `ms` milliseconds. */
  set(ms: number): void {
    this.#ms = ms;
    this.touch();
    clearTimeout(this.#timer);
    if (ms !== Infinity) this.#timer = setTimeout(() => this.#check(), ms);
  }

  /** Something happened: the silence begins anew. */
  touch(): void {
    if (this.#ms !== Infinity) this.#last = performance.now();
  }

  /** Ends the limit; the target stays open. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #check(): void {
    const left = this.#last + this.#ms - performance.now();
    if (left > 0) {
      this.#timer = setTimeout(() => this.#check(), left);
      return;
    }
    this.expired = true;
    this.#target.close();
  }
}
