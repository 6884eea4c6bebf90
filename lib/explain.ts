/**
 * Errors in words: what failed, at which address, and what to do. The one place
 * that knows the exit codes (sysexits.h, and 128 + signal).
 *
 * @module
 */

import type { Fault } from "./fault.ts";
import { machineAddresses } from "./machine.ts";

/** The exit codes of the lab's programs. */
export const EXIT = {
  /** Done. */
  OK: 0,
  /** The command line is wrong. */
  USAGE: 64,
  /** The user typed data that is not what it should be. */
  DATA: 65,
  /** There is no such host name. */
  NO_HOST: 68,
  /** The other side, or the address, is not to be had. */
  UNAVAILABLE: 69,
  /** A bug in the lab. */
  SOFTWARE: 70,
  /** The system is at a limit. */
  OS: 71,
  /** The connection was lost, or the output failed. */
  IO: 74,
  /** Time ran out; it may work later. */
  TEMPORARY: 75,
  /** The peer broke the protocol. */
  PROTOCOL: 76,
  /** A permission is missing. */
  PERMISSION: 77,
} as const;

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

/** An error in words. */
export interface Explanation {
  /** What failed, in one line. */
  message: string;
  /** What to do, if anything can be done. */
  hint?: string;
  /** The exit code of a program that ends with this. */
  exitCode: number;
}

/** What an error means to the user of a lab program. */
export function explain(error: unknown): Explanation {
  const { message, syscall, address = "the peer", code } = asFault(error);
  const lookupFailed = /^failed to lookup address information: (.*)/.exec(
    message,
  );

  if (error instanceof UsageError) {
    return { message, hint: error.hint, exitCode: EXIT.USAGE };
  }
  if (error instanceof Deno.errors.NotCapable) {
    return { message, exitCode: EXIT.PERMISSION };
  }
  if (error instanceof SyntaxError || error instanceof RangeError) {
    return { message, exitCode: EXIT.DATA };
  }
  if (error instanceof Deno.errors.AlreadyExists) {
    return { message, hint: "choose another name", exitCode: EXIT.DATA };
  }
  if (syscall === "lookup" || lookupFailed) {
    const known = lookupFailed ? lookupFailed[1] : message;
    return explainLookup(error, address, known);
  }
  if (isTimeout(error)) {
    return {
      message: `${address}: ${message}`,
      hint: syscall === "connect"
        ? "check the address and the firewall, or wait longer with --timeout"
        : undefined,
      exitCode: EXIT.TEMPORARY,
    };
  }
  if (error instanceof Deno.errors.ConnectionRefused) {
    return {
      message: `nothing is listening at ${address}`,
      hint: "start the server first, and give both the same host and port",
      exitCode: EXIT.UNAVAILABLE,
    };
  }
  if (
    error instanceof Deno.errors.NetworkUnreachable || code === "EHOSTUNREACH"
  ) {
    return {
      message: `${address} cannot be reached: there is no way to that host`,
      hint: "check the address, and that both PCs are on the same network",
      exitCode: EXIT.UNAVAILABLE,
    };
  }
  if (error instanceof Deno.errors.AddrInUse) {
    return {
      message: `${address} is already in use by another program`,
      hint: "end that program, or choose another port with --port",
      exitCode: EXIT.UNAVAILABLE,
    };
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return {
      message: `${address} is not an address of this machine`,
      hint: ownAddresses(),
      exitCode: EXIT.UNAVAILABLE,
    };
  }
  if (error instanceof Deno.errors.NotSupported) {
    return { message, exitCode: EXIT.UNAVAILABLE };
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return {
      message: `the system does not allow ${
        syscall === "listen" ? "to listen at " + address : "this: " + message
      }`,
      hint: syscall === "listen"
        ? "ports below 1024 are for administrators: choose 1024 or above"
        : undefined,
      exitCode: EXIT.PERMISSION,
    };
  }
  if (error instanceof Deno.errors.InvalidData) {
    return { message, exitCode: EXIT.PROTOCOL };
  }
  if (error instanceof Deno.errors.UnexpectedEof) {
    return { message, exitCode: EXIT.IO };
  }
  if (
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted
  ) {
    return {
      message: `${address} broke the connection off`,
      exitCode: EXIT.IO,
    };
  }
  if (error instanceof Deno.errors.BrokenPipe) {
    return {
      message: `${address} closed the connection while it was being sent to`,
      exitCode: EXIT.IO,
    };
  }
  switch (code) {
    case "EMFILE":
    case "ENFILE":
    case "ENOBUFS":
    case "ENOMEM":
      return {
        message: `the system is at its limit: ${message}`,
        hint: "end other programs, and try again",
        exitCode: EXIT.OS,
      };
    case "ENOSPC":
    case "EIO":
      return {
        message: `the output cannot be written: ${message}`,
        exitCode: EXIT.IO,
      };
  }
  const stack = error instanceof Error ? error.stack : String(error);
  return {
    message: `a bug in this program: ${stack}`,
    hint: "please report it, with what you typed",
    exitCode: EXIT.SOFTWARE,
  };
}

function explainLookup(
  error: unknown,
  host: string,
  reason: string,
): Explanation {
  if (isTimeout(error) || /^Temporary failure/.test(reason)) {
    return {
      message: `${host}: ${reason}`,
      hint: "check the network connection and the name server",
      exitCode: EXIT.TEMPORARY,
    };
  }
  return {
    message: `${host}: ${reason}`,
    hint: "check the spelling of the name",
    exitCode: EXIT.NO_HOST,
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Deno.errors.TimedOut ||
    (error instanceof DOMException && error.name === "TimeoutError");
}

// "os error 111" says nothing to a student.
function asFault(error: unknown): Fault {
  const { message, syscall, address, code }: Fault = error instanceof Error
    ? error
    : new Error(String(error));
  return {
    name: "",
    message: message.replace(/ \(os error \d+\)/, "")
      .replace(/^proto error: /, ""),
    syscall,
    address,
    code,
  };
}

function ownAddresses(): string {
  try {
    const own = machineAddresses().map(({ address }) => address);
    return `the addresses of this machine are ${own.join(", ")}`;
  } catch {
    return "local_machine_info --all lists the addresses of this machine";
  }
}
