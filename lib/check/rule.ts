/**
 * Rules that a program is checked against, and how they are judged.
 *
 * @module
 */

import { unlessAborted } from "../deadline.ts";
import { EXIT } from "../exit_code.ts";
import { explain } from "../explain.ts";

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
export interface Rule<Subject> {
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
  run(subject: Subject): Promise<void>;
}

/** What a rule found wrong, in words and in bytes. */
export class Finding extends Error {
  /** The bytes that show it. */
  readonly evidence: Evidence;
  /** The likely cause, only where the evidence implies one. */
  readonly likely: string | undefined;

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

/** A rule does not apply here; the message says why. */
export class NotApplicable extends Error {}

/** What rules are judged on; ended when a rule is done with it. */
export interface Subject extends AsyncDisposable {
  /**
   * How its program ended, if it did and should not have, in a few words: what a
   * rule has found is then hardly the cause.
   */
  fate(): Promise<string | undefined>;
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
export interface Verdict {
  /** The rule's id. */
  id: string;
  /** The rule's tier. */
  tier: Tier;
  /** The rule's title. */
  title: string;
  /** The rule's source. */
  why: string;
  /** Where to read on. */
  readOn: string;
  /** One more step. */
  hint: string;
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

/**
 * Judges a program by rules, one after another. Each rule gets a subject of its
 * own, and an end after `limitMs`.
 *
 * @throws the reason of `signal`, once it aborts and the subject is ended
 */
export async function judge<S extends Subject>(
  rules: readonly Rule<S>[],
  begin: () => S,
  limitMs: number,
  signal?: AbortSignal,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const rule of rules) {
    const { id, tier, title, why, readOn, hint, needs = [] } = rule;
    const about = { id, tier, title, why, readOn, hint };
    const missing = needs.filter((need) =>
      verdicts.some((one) => one.id === need && one.outcome !== "passed")
    );
    const start = performance.now();
    const result = missing.length > 0
      ? skipped(`it needs ${missing.join(" and ")}`)
      : await judgeOne(rule, begin, limitMs, signal);
    const ms = Math.round(performance.now() - start);
    verdicts.push({ ...about, ...result, ms });
  }
  return verdicts;
}

type Result = Pick<Verdict, "outcome" | "finding" | "evidence" | "likely">;

async function judgeOne<S extends Subject>(
  rule: Rule<S>,
  begin: () => S,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<Result> {
  try {
    await using subject = begin();
    return await resultOf(rule, subject, limitMs, signal);
  } catch (error) {
    signal?.throwIfAborted();
    // To end the subject may fail as its rule did.
    return failed(error instanceof SuppressedError ? error.suppressed : error);
  }
}

async function resultOf<S extends Subject>(
  rule: Rule<S>,
  subject: S,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<Result> {
  try {
    await findWithin(
      limitMs,
      unlessAborted(rule.run(subject), signal),
      `not done within ${limitMs / 1000} s`,
    );
    return { outcome: "passed" };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof NotApplicable) return skipped(error.message);
    const result = failed(error);
    const fate = await subject.fate();
    return fate
      ? { ...result, finding: `${result.finding} (${fate})` }
      : result;
  }
}

/** @throws the error, if it is the lab's own and not the program's */
function failed(error: unknown): Result {
  if (error instanceof Finding) {
    const { message, evidence, likely } = error;
    return { outcome: "failed", finding: message, evidence, likely };
  }
  const { message, exitCode } = explain(error);
  // What the network does to a rule is the program's failure. A bug, a limit of
  // the system and a missing permission of the lab are not.
  const isOurs = exitCode === EXIT.SOFTWARE || exitCode === EXIT.OS ||
    error instanceof Deno.errors.NotCapable;
  if (isOurs) throw error;
  return { outcome: "failed", finding: message };
}

function skipped(finding: string): Result {
  return { outcome: "skipped", finding };
}
