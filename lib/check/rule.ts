/**
 * Rules that a program is checked against, and what may come of one.
 *
 * @module
 */

import { unlessAborted } from "../deadline.ts";

/** `basic` is what the sheet asks, `strict` what a correct program does. */
export type Tier = "basic" | "strict";

/** The bytes that show what a rule found. */
export interface Evidence {
  /** What the check sent. */
  sent?: Uint8Array;
  /** What should have come. */
  expected?: Uint8Array;
  /** What came. */
  received?: Uint8Array;
}

/** One thing that a program has to do. */
export interface Rule<S> {
  /** A short name that stays the same: `echo-half-close`. */
  id: string;
  /** Which tier it belongs to. */
  tier: Tier;
  /** What the program does if it passes, in a sentence without a subject. */
  title: string;
  /** Where the rule comes from: the sheet, an RFC, or TCP itself. */
  why: string;
  /** Where to read on. */
  readOn: string;
  /** One more step, for who asks. */
  hint: string;
  /** Rules without which this one says nothing, by their ids. */
  needs?: readonly string[];
  /** Finds out. @throws {Finding} what is wrong */
  run(subject: S): Promise<void>;
}

/** What a rule found wrong, in words and in bytes. */
export class Finding extends Error {
  /** The bytes that show it. */
  readonly evidence: Evidence;
  /** The likely cause, only where the evidence implies one. */
  readonly likely: string | undefined;
  /** When it was found, by the clock of `performance.now()`. */
  readonly at: number = performance.now();

  /** A finding; the message is one sentence. */
  constructor(
    message: string,
    evidence: Evidence = {},
    likely?: string,
  ) {
    super(message);
    this.evidence = evidence;
    this.likely = likely;
  }
}

/** The program has closed a connection too early: it may be about to end. */
export class Closed extends Finding {}

/** A rule does not apply here; the message says why. */
export class NotApplicable extends Error {}

/** What rules are judged on; ended when a rule is done with it. */
export interface Subject extends AsyncDisposable {
  /**
   * How its program ended, if it had by the time `by`, and should not have: what a
   * rule has found is then hardly the cause. Without `by` it may be about to end.
   */
  fate(by?: number): Promise<string | undefined>;
}

/**
 * Settles as `promise` does, within `ms`.
 *
 * @throws {Finding} `what`, if it takes longer
 */
export async function findWithin<T>(
  ms: number,
  promise: Promise<T>,
  what: string,
): Promise<T> {
  const limit = AbortSignal.timeout(ms);
  try {
    return await unlessAborted(promise, limit);
  } catch (error) {
    throw error === limit.reason ? new Finding(what) : error;
  }
}

/** What became of one rule. */
export interface Verdict extends Omit<Rule<never>, "needs" | "run"> {
  /** Whether the program keeps the rule; skipped if that could not be seen. */
  outcome: "passed" | "failed" | "skipped";
  /** How long it took, in ms. */
  ms: number;
  /** What was found, or why it was skipped. */
  finding?: string;
  /** The bytes that show it. */
  evidence?: Evidence;
  /** The likely cause. */
  likely?: string;
}
