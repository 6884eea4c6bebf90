/**
 * The exit codes of the lab's programs, which are those of sysexits.h.
 *
 * @module
 */

/** Each code, by its meaning. */
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
