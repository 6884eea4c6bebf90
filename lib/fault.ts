/**
 * Where a fault happened, noted on the error itself. Deno's errors say what
 * went wrong but not at which address; Node's say it in these two properties.
 * And the faults that are the user's own.
 *
 * @module
 */

/** What was tried when a fault happened. */
export type Operation =
  | "listen"
  | "accept"
  | "connect"
  | "read"
  | "write"
  | "send"
  | "lookup";

/** An error with its place; the class and the message stay what they were. */
export interface Fault extends Error {
  /** What was tried. */
  syscall?: Operation;
  /** Where: `127.0.0.1:9900`, or a host name for a look-up. */
  address?: string;
  /** The system's name of the error, such as `ECONNREFUSED`. */
  code?: unknown;
  /** What to do about it, where only the place of the fault knows. */
  hint?: string;
}

/** Notes on `error` what was tried and where; the innermost note stays. */
export function located(
  error: unknown,
  syscall: Operation,
  address: string,
): unknown {
  if (error instanceof Error) {
    const fault = error as Fault;
    fault.syscall ??= syscall;
    fault.address ??= address;
  }
  return error;
}

/**
 * Whether the peer broke off: by a reset, which Windows may call an abort, or between
 * connect(2) or accept(2) and getpeername(2), when nobody is connected any more.
 */
export function isBrokenOff(error: unknown): boolean {
  const { ConnectionAborted, ConnectionReset, NotConnected } = Deno.errors;
  return [ConnectionAborted, ConnectionReset, NotConnected]
    .some((one) => error instanceof one);
}

/** The command line is wrong; `hint` says what would be right. */
export class UsageError extends Error {
  /** What to do. */
  readonly hint: string | undefined;

  /** An error in the command line. */
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** A word on the command line is none of those that are known there. */
export class UnknownWordError extends UsageError {
  /** What was typed. */
  readonly typed: string;
  /** What is known; the nearest of it is suggested. */
  readonly known: string[];

  /** An unknown word; `hint` says where all of the known ones are shown. */
  constructor(message: string, typed: string, known: string[], hint: string) {
    super(message, hint);
    this.typed = typed;
    this.known = known;
  }
}
