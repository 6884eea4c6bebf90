/**
 * Errors in words: what failed, at which address, and what to do.
 *
 * @module
 */

import { levenshteinDistance } from "@std/text/levenshtein-distance";
import { isTimeout } from "./deadline.ts";
import { isLoopback } from "./endpoint.ts";
import { EXIT } from "./exit_code.ts";
import {
  type Fault,
  isBrokenOff,
  UnknownWordError,
  UsageError,
} from "./fault.ts";
import { machineAddresses } from "./machine.ts";
import { isOutputFault } from "./output.ts";
import { quote } from "./text.ts";

/** An error in words. */
export interface Explanation {
  /** What failed, in one line. */
  message: string;
  /** What to do, if anything can be done. */
  hint?: string;
  /** The exit code of a program that ends with this. */
  exitCode: number;
}

/** Which errors a rule is for, by class or code, and what it says about them. */
type Rule = [
  applies: (error: unknown, fault: Fault) => boolean,
  exitCode: number,
  message: (at: string, fault: Fault) => string,
  hint?: (fault: Fault) => string | undefined,
];

const { errors } = Deno;
const isWindows = Deno.build.os === "windows";

// deno-lint-ignore no-explicit-any -- any class can be asked for
type AnyClass = abstract new (...args: any[]) => unknown;
const is = (...classes: AnyClass[]) => (error: unknown) =>
  classes.some((one) => error instanceof one);
const codeIs = (...codes: string[]) => (_: unknown, { code }: Fault) =>
  codes.includes(String(code));
/** What the system's own errors end with, before the name of a file. */
const OS_ERROR = / \(os error \d+\)/;
// getaddrinfo(3), and WSAHOST_NOT_FOUND, WSATRY_AGAIN and WSANO_DATA, whose words
// are in the language of Windows.
const NO_NAME = /^failed to lookup address|\(os error 1100[14]\)/;
const TEMPORARY_NO_NAME =
  /Temporary failure in name resolution|\(os error 11002\)/;
const asItSays = (_: string, { message }: Fault) => message;
const atPlace = (at: string, { message }: Fault) => `${at}: ${message}`;
const withPlace = (_: string, { address, message }: Fault) =>
  address ? `${address}: ${message}` : message;

/** The first rule that applies counts. */
const RULES: Rule[] = [
  [
    is(UnknownWordError),
    EXIT.USAGE,
    asItSays,
    (fault) => {
      const { typed, known, hint } = fault as UnknownWordError;
      const word = nearest(typed, known);
      return word ? `did you mean ${quote(word)}? ${hint}` : hint;
    },
  ],
  [is(UsageError), EXIT.USAGE, asItSays],
  [
    // Deno keeps /proc and the like, and on Windows the drives of a network, from
    // all but programs that may do everything.
    (error, { message }) =>
      error instanceof errors.NotCapable && / --allow-all /.test(message),
    EXIT.IO,
    (_, { address, message }) =>
      `${address ?? message.match(/".*?"/)} cannot be written: ` +
      (isWindows ? "it is on a network drive" : "it belongs to the system"),
    () =>
      isWindows
        ? "use a folder on a disk of this PC, such as C:\\Users\\…"
        : "choose another name or folder",
  ],
  [is(errors.NotCapable), EXIT.PERMISSION, asItSays],
  [is(SyntaxError, RangeError), EXIT.DATA, asItSays],
  [
    is(errors.AlreadyExists),
    EXIT.DATA,
    asItSays,
    () => "choose another name or folder",
  ],
  [
    (error, { message, syscall }) =>
      (syscall && TEMPORARY_NO_NAME.test(message)) ||
      (syscall === "lookup" && isTimeout(error)),
    EXIT.TEMPORARY,
    atPlace,
    () => "check the network connection and the name server",
  ],
  [
    (_, { message, syscall }) => NO_NAME.test(message) || syscall === "lookup",
    EXIT.NO_HOST,
    atPlace,
    () => "check the spelling of the name",
  ],
  [
    isTimeout,
    EXIT.TEMPORARY,
    atPlace,
    ({ syscall }) =>
      syscall === "connect"
        ? "check the address and the firewall, or wait longer with --timeout"
        : undefined,
  ],
  [
    is(errors.ConnectionRefused),
    EXIT.UNAVAILABLE,
    (at) => `nothing is listening at ${at}`,
    ({ address }) =>
      !address || isOwn(address)
        ? "start the server first, and give both the same host and port"
        : "start the server there first, with --host 0.0.0.0 (without, only its " +
          "own PC can connect), and give both the same port",
  ],
  [
    // All ports that the system chooses from: for a client's end, or for port 0.
    (error, { syscall, address }) =>
      (syscall === "connect" && error instanceof errors.AddrNotAvailable &&
        !address?.startsWith("[")) ||
      (error instanceof errors.AddrInUse && !!address?.endsWith(":0")),
    EXIT.OS,
    () => "the system has no free port left",
    () => "end programs with many connections, or wait for a minute",
  ],
  [
    (_, { syscall, code }) => syscall === "send" && code === "EAFNOSUPPORT",
    EXIT.UNAVAILABLE,
    (at) => `${at} cannot be reached: its first address is of another family`,
    () => "give the server's IPv4 address; remote_machine_info looks it up",
  ],
  [
    codeIs("EAFNOSUPPORT"),
    EXIT.UNAVAILABLE,
    (at) => `${at} cannot be used: this PC has no IPv6`,
    () => "use an IPv4 address, such as 127.0.0.1",
  ],
  [
    (error, fault) =>
      error instanceof errors.NetworkUnreachable ||
      codeIs("EHOSTUNREACH", "EADDRNOTAVAIL", "EINVAL")(error, fault) &&
        fault.syscall !== "listen",
    EXIT.UNAVAILABLE,
    (at) => `${at} cannot be reached: there is no route to that host`,
    ({ address }) =>
      isLinkLocal(address)
        ? "add your interface to an address of your own link: fe80::1%eth0"
        : address?.startsWith("[::1]")
        ? "this PC has IPv6 switched off, or its loopback interface is down: " +
          "use 127.0.0.1, or ip link set lo up"
        : isOwn(address)
        ? "the loopback interface of this PC is down: ip link set lo up"
        : "check the address, and that both PCs are on the same network",
  ],
  [
    is(errors.AddrInUse),
    EXIT.UNAVAILABLE,
    (at) => `${at} is already in use by another program`,
    () => "end that program, or choose another port with --port",
  ],
  [
    (error, { code }) =>
      error instanceof errors.AddrNotAvailable || code === "EINVAL",
    EXIT.UNAVAILABLE,
    (at) => `${at} is not an address of this machine`,
    ownAddresses,
  ],
  [is(errors.NotSupported), EXIT.UNAVAILABLE, asItSays],
  [
    codeIs("EMSGSIZE"),
    EXIT.DATA,
    () => "this system sends no datagram of so many bytes",
    () => "macOS sends 9216 at most, unless its administrator allows more",
  ],
  [
    // A file for results, which the user has named.
    (error, { syscall }) =>
      syscall === "write" &&
      is(
        errors.NotFound,
        errors.IsADirectory,
        errors.NotADirectory,
        errors.PermissionDenied,
      )(error),
    EXIT.IO,
    (at, { message }) =>
      `${at} cannot be written: ${message.split(OS_ERROR)[0]}`,
    () => "choose another file or folder",
  ],
  [
    (error, { syscall }) =>
      error instanceof errors.PermissionDenied && syscall === "listen",
    EXIT.PERMISSION,
    (at) => `the system does not let you listen at ${at}`,
    () =>
      isWindows
        ? "Windows keeps this port back, or another program has it for itself: " +
          "choose another with --port"
        : "ports below 1024 are for administrators: choose 1024 or above",
  ],
  [
    // Of a file the message says which one it is.
    is(errors.PermissionDenied),
    EXIT.PERMISSION,
    (at, fault) => `the system does not allow it: ${withPlace(at, fault)}`,
    ({ syscall }) =>
      syscall === "connect" || syscall === "send"
        ? "a firewall or a route of this PC forbids that address"
        : undefined,
  ],
  [
    is(errors.Busy),
    EXIT.OS,
    asItSays,
    () => "others find their connection closed until one of them leaves",
  ],
  [is(errors.InvalidData), EXIT.PROTOCOL, withPlace],
  [is(errors.UnexpectedEof), EXIT.IO, asItSays],
  [isBrokenOff, EXIT.IO, (at) => `${at} reset the connection`],
  [
    is(errors.BrokenPipe),
    EXIT.IO,
    (at) => `${at} closed the connection while it was being sent to`,
  ],
  [
    (error, fault) =>
      codeIs("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM")(error, fault) ||
      (fault.code === "EAGAIN" && /^Failed to spawn/.test(fault.message)),
    EXIT.OS,
    (_, { message }) => `the system is at its limit: ${message}`,
    () => "end other programs, and try again",
  ],
  [
    // What fails in console.log() is the only one without a place noted.
    (error, { syscall, message }) =>
      isOutputFault(error) || !syscall && / \(os error \d+\)$/.test(message),
    EXIT.IO,
    (_, { message }) => `the output cannot be written: ${message}`,
  ],
  // Of a file the message says which one it is.
  [
    is(errors.NotFound, errors.IsADirectory, errors.NotADirectory),
    EXIT.DATA,
    withPlace,
  ],
  [(_, { message }) => OS_ERROR.test(message), EXIT.IO, withPlace],
];

/** What an error means to the user of a lab program. */
export function explain(error: unknown): Explanation {
  const fault: Fault = error instanceof Error
    ? error
    : new Error(String(error));
  const rule = RULES.find(([applies]) => applies(error, fault));
  if (!rule) {
    return {
      message: `a bug in this program: ${fault.stack}`,
      hint: "please report it, with what you typed",
      exitCode: EXIT.SOFTWARE,
    };
  }
  const [, exitCode, message, hint] = rule;
  const at = fault.address ?? "the peer";
  return {
    // What the system and the resolver add means nothing to a student.
    message: message(at, fault).replace(OS_ERROR, "")
      .replace("proto error: ", "")
      .replace("failed to lookup address information: ", ""),
    hint: hint?.(fault) ?? fault.hint,
    exitCode,
  };
}

/** The known word that was meant, if half of it at least is as it was typed. */
function nearest(typed: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((word) => ({ word, steps: levenshteinDistance(typed, word) }))
    .sort((one, other) => one.steps - other.steps);
  const { length } = best.word.replace(/^--/, "");
  return best.steps <= length / 2 ? best.word : undefined;
}

/** Whether only this machine is meant: by `host:port` of loopback. */
function isOwn(address = ""): boolean {
  return isLoopback(address.replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1"));
}

function isLinkLocal(address = ""): boolean {
  return /^\[fe[89ab].:[^%]*\]/i.test(address);
}

function ownAddresses(): string {
  try {
    const own = machineAddresses().map(({ address }) => address);
    return `the addresses of this machine are ${own.join(", ")}`;
  } catch {
    return "local_machine_info --all lists the addresses of this machine";
  }
}
