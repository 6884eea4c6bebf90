/**
 * Judges a program by rules.
 *
 * @module
 */

import { unlessAborted } from "../deadline.ts";
import { EXIT } from "../exit_code.ts";
import { explain } from "../explain.ts";
import {
  Closed,
  Finding,
  findWithin,
  NotApplicable,
  type Rule,
  type Subject,
  type Verdict,
} from "./rule.ts";

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
    const { needs = [], run: _run, ...about } = rule;
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
    // A program that fell silent is not said to have ended because we left it.
    const isAlive = error instanceof Finding && !(error instanceof Closed);
    const fate = await subject.fate(isAlive ? error.at : undefined);
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
