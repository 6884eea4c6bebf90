/**
 * The figures to reach. "Of C" is the median of the ratios to the echo server in C
 * in the same round.
 *
 * @module
 */

import { aligned, figure, grouped } from "./table.ts";

/** Messages a second over TCP, of C; and how much is kept beside idle connections. */
export const MESSAGES = {
  /** One connection: the way of one message there and back. */
  ONE: 0.95,
  /** 64 connections: the work for one message. */
  SOME: 0.8,
  /** 1,000 connections, all of them busy. */
  CROWD: 0.6,
  /** One active among 1,000 idle, of its rate alone. */
  AMONG_IDLE: 0.9,
} as const;

/** No client of a busy crowd waits for the others. */
export const FAIRNESS = {
  /** Replies of the least served connection of 1,000, of the most served one's. */
  LEAST_OF_MOST: 0.9,
  /** The longest that any of them waited for a reply, in ms. */
  LONGEST_MS: 50,
} as const;

/** MB a second through one connection in both directions at once, of C. */
export const BULK = 0.95;

/** Connections a second, each for one message, one or 16 at a time. */
export const CONNECTS = {
  /** Of C. */
  OF_LIMIT: 0.8,
  /** Of Node. */
  OF_NODE: 1.2,
} as const;

/** In every row of TCP: not behind the fastest of Node and asyncio. */
export const AHEAD = 1;

/** Resident memory with 5,000 idle connections, in MiB. */
export const RESIDENT_MIB = 80;

/** Datagrams a second, and losses. */
export const DATAGRAMS = {
  /** One under way at a time, of C. */
  LOCK_STEP: 0.9,
  /** 32 under way, of C. */
  WINDOW: 0.45,
  /** 32 under way, of Node. */
  WINDOW_OF_NODE: 1,
  /** How many may be lost with 32 under way. */
  LOST: 0,
} as const;

/** A look-up of a common service, in ns. */
export const LOOKUP_NS = 10;

/** A look-up at a name server, 100 under way: how long one takes, of Node. */
export const DNS_OF_NODE = 3;

/** Start-up, until the program has ended. */
export const STARTUP = {
  /** An exercise, of an empty file: 16.5 ms where that takes 14.3. */
  OF_EMPTY: 16.5 / 14.3,
  /** The echo client, of one in Python that does the same. */
  OF_PYTHON: 0.9,
} as const;

/** One figure, and the target for it. */
export interface Verdict {
  name: string;
  reached: number;
  target: string;
  isOk: boolean;
  /** The same of Deno itself, without the lab: a bare loop, or its own resolver. */
  bare?: number;
}

/** A figure that has to be `least` or more; `NaN` misses. */
export function atLeast(
  name: string,
  reached: number,
  least: number,
  bare?: number,
): Verdict {
  const target = `>= ${figure(least)}`;
  return { name, reached, target, isOk: reached >= least, bare };
}

/** A figure that may be at most `most`; `NaN` misses. */
export function atMost(
  name: string,
  reached: number,
  most: number,
  bare?: number,
): Verdict {
  const target = `<= ${figure(most)}`;
  return { name, reached, target, isOk: reached <= most, bare };
}

/** The table of all figures and targets. */
export function summary(verdicts: readonly Verdict[]): string {
  return aligned([
    ["figure", "reached", "target", "", "Deno itself"],
    ...verdicts.map(({ name, reached, target, isOk, bare }) => [
      name,
      exact(reached),
      target,
      (isOk ? "ok" : "MISSED").padEnd(6),
      bare === undefined ? "" : exact(bare),
    ]),
  ]).map((line) => line.trimEnd()).join("\n");
}

/** With more digits: what is just missed should not look as if it were reached. */
function exact(value: number): string {
  if (Number.isInteger(value)) return grouped(value);
  return value < 10 ? value.toFixed(3) : figure(value);
}
