import { assertEquals, assertRejects } from "@std/assert";
import { judge } from "../../lib/check/judge.ts";
import {
  Closed,
  Finding,
  findWithin,
  NotApplicable,
  type Rule,
  type Subject,
} from "../../lib/check/rule.ts";

/** A subject whose program ended like this, if it did. */
const subject = (fate?: string): Subject => ({
  fate: () => Promise.resolve(fate),
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

const rule = (run: () => Promise<void>): Rule<Subject> => ({
  id: "rule",
  tier: "basic",
  title: "does it",
  why: "RFC 862 says so.",
  readOn: "recv(2)",
  hint: "Use a loop.",
  run,
});

const LIMIT_MS = 20;

async function found(error: Error, fate?: string) {
  const rules = [rule(() => Promise.reject(error))];
  const [verdict] = await judge(rules, () => subject(fate), LIMIT_MS);
  return [verdict.outcome, verdict.finding];
}

Deno.test({
  name: "judge() tells what was found, and how the program ended",
  permissions: "none",
}, async () => {
  const finding = new Finding("it sent something else");
  assertEquals(await found(finding), ["failed", "it sent something else"]);
  assertEquals(await found(finding, "it ended with exit code 1: oops"), [
    "failed",
    "it sent something else (it ended with exit code 1: oops)",
  ]);
  assertEquals(await found(new NotApplicable("no console"), "it ended"), [
    "skipped",
    "no console",
  ]);
  const closed = new Closed("it closed the connection");
  const ends: (number | undefined)[] = [];
  const begin = () => ({
    ...subject(),
    fate: (by?: number) => Promise.resolve(void ends.push(by)),
  });
  for (const error of [finding, closed]) {
    await judge([rule(() => Promise.reject(error))], begin, LIMIT_MS);
  }
  assertEquals(ends, [finding.at, undefined]);
  const refused = new Deno.errors.ConnectionRefused("no");
  assertEquals(await found(refused), [
    "failed",
    "nothing is listening at the peer",
  ]);
});

Deno.test({
  name: "judge() throws what is the lab's own fault, and no program's",
  permissions: "none",
}, async () => {
  const { NotCapable } = Deno.errors;
  const faults = [
    new NotCapable("Requires run access"),
    Object.assign(new Error("Too many open files"), { code: "EMFILE" }),
    new TypeError("a bug"),
  ];
  for (const fault of faults) {
    assertEquals(await assertRejects(() => found(fault), Error), fault);
    // Then the subject cannot be ended either.
    const begin = () => ({
      ...subject(),
      [Symbol.asyncDispose]: () => Promise.reject(new NotCapable("sh")),
    });
    const judging = judge([rule(() => Promise.reject(fault))], begin, LIMIT_MS);
    assertEquals(await assertRejects(() => judging, Error), fault);
  }
});

Deno.test({
  name: "judge() and findWithin() give up in time, and say on what",
  permissions: "none",
}, async () => {
  const never = new Promise<never>(() => {});
  const [verdict] = await judge([rule(() => never)], () => subject(), LIMIT_MS);
  assertEquals(
    [verdict.outcome, verdict.finding],
    ["failed", "not done within 0.02 s"],
  );
  await assertRejects(
    () => findWithin(LIMIT_MS, never, "it still runs"),
    Finding,
    "it still runs",
  );
  assertEquals(await findWithin(LIMIT_MS, Promise.resolve(1), ""), 1);
});
