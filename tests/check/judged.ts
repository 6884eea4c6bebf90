/**
 * Judges programs in tests: which rules pass, which fail.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Tier, Verdict } from "../../lib/check/rule.ts";
import { Child } from "../child.ts";

/** The command of a program, or nothing for ours. */
export interface Aim {
  command: string[];
}

/** The program that `check` is a part of. */
export const LAB: string =
  new URL("../../exercises/lab.ts", import.meta.url).href;

/** `check` as its task starts it: it may run any program, and end it. */
export function command(
  args: string[] = [],
  env: Record<string, string> = {},
): Child {
  return new Child(Deno.execPath(), [
    ...["run", "--quiet", "--no-prompt", "--allow-run", "--allow-net"],
    ...["--allow-read", "--allow-write"],
    "--allow-sys=hostname,networkInterfaces",
    LAB,
    "check",
    ...args,
  ], { env, limitMs: 60_000 });
}

/** What became of each rule for a program of this kind. */
export async function judged(
  id: string,
  aim: Aim | undefined,
  tier: Tier = "strict",
): Promise<Verdict[]> {
  await using child = command([
    id,
    "--json",
    ...tier === "strict" ? ["--strict"] : [],
    ...aim ? ["--", ...aim.command] : [],
  ]);
  const { stdout, stderr } = await child.result;
  assertEquals(stderr, "");
  return JSON.parse(stdout).verdicts;
}

/** The ids of the rules that had this outcome. */
export function idsOf(
  verdicts: Verdict[],
  outcome: Verdict["outcome"],
): string[] {
  return verdicts.filter((one) => one.outcome === outcome).map(({ id }) => id);
}

/** A python3 program whose arguments are filled in by the check. */
export function python(script: string, ...args: string[]): Aim {
  return { command: ["python3", "-c", script, ...args] };
}

/**
 * Each program fails just the rule that names its mistake; of the others some may
 * be skipped, since they need that rule. All are judged at the same time.
 */
export async function failsJust(
  id: string,
  mistakes: readonly [mistake: string, script: string, rule: string][],
  ...args: string[]
): Promise<void> {
  const all: Verdict[] = [];
  const results = await Promise.all(mistakes.map(async ([mistake, script]) => {
    const verdicts = await judged(id, python(script, ...args));
    all.push(...verdicts.filter(({ outcome }) => outcome === "failed"));
    return [mistake, idsOf(verdicts, "failed")];
  }));
  assertEquals(
    results,
    mistakes.map(([mistake, , rule]) => [mistake, [rule]]),
    JSON.stringify(all),
  );
}
