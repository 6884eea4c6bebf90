/**
 * Reports of checks: for people, as JSON, and as JUnit XML.
 *
 * @module
 */

import { bold, dim, green, red } from "@std/fmt/colors";
import { bytesRepr, hexOf, visible, wrap } from "../text.ts";
import { sideBySide } from "./bytes.ts";
import type { Report } from "./check.ts";
import type { Evidence, Verdict } from "./rule.ts";

/** How many of each outcome there are. */
export interface Counts {
  /** Rules that the program keeps. */
  passed: number;
  /** Rules that it does not keep. */
  failed: number;
  /** Rules of which nothing could be seen. */
  skipped: number;
}

/** Counts the outcomes of some reports. */
export function count(...reports: readonly Report[]): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { verdicts } of reports) {
    for (const { outcome } of verdicts) counts[outcome]++;
  }
  return counts;
}

/** A report for people. A failure teaches: what, the bytes, why, where to read on. */
export function pretty(report: Report, withHints: boolean): string {
  const { exercise, sheet, subject, verdicts } = report;
  const { passed, failed, skipped } = count(report);
  const summary = `${passed} passed, ${failed} failed, ${skipped} skipped`;
  return [
    `${bold(exercise)} (sheet ${sheet}): ${visible(subject)}`,
    "",
    ...verdicts.flatMap((verdict) => prettyVerdict(verdict, withHints)),
    "",
    failed > 0 ? red(summary) : green(summary),
  ].join("\n");
}

function prettyVerdict(verdict: Verdict, withHints: boolean): string[] {
  const { id, title, outcome, finding, evidence, likely, why, readOn, hint } =
    verdict;
  const mark = { passed: green, failed: red, skipped: dim }[outcome](
    { passed: "ok  ", failed: "FAIL", skipped: "skip" }[outcome],
  );
  const lines = [`${mark} ${id.padEnd(22)} ${title}`];
  if (outcome === "skipped") lines[0] += dim(` (${finding})`);
  if (outcome !== "failed") return lines;
  const say = (label: string, text: string) =>
    wrap(`${label}: ${text}`, 72).split("\n");
  return [
    ...lines,
    ...[
      ...say("Found", visible(finding ?? "")),
      ...prettyEvidence(evidence ?? {}),
      ...likely ? say("Likely", likely) : [],
      ...say("Rule", why),
      ...say("Read on", readOn),
      ...withHints ? say("Hint", hint) : [],
    ].map((line) => `     ${line}`),
  ];
}

function prettyEvidence({ sent, expected, received }: Evidence): string[] {
  const brief = (bytes: Uint8Array) =>
    bytes.length > 40
      ? `${bytesRepr(bytes.subarray(0, 40))}… (${bytes.length} bytes)`
      : `${bytesRepr(bytes)} (${bytes.length} bytes)`;
  if (expected && received) return sideBySide(expected, received);
  return [
    ...sent ? [`sent ${brief(sent)}`] : [],
    ...received ? [`received ${brief(received)}`] : [],
  ];
}

/** A report as a value for JSON: bytes as hexadecimal, of long ones the beginning. */
export function toJson(report: Report): unknown {
  const hex = (bytes: Uint8Array | undefined) =>
    bytes && {
      length: bytes.length,
      hex: hexOf(bytes.subarray(0, 256)).join(""),
    };
  return {
    ...report,
    counts: count(report),
    verdicts: report.verdicts.map(({ evidence, ...verdict }) => ({
      ...verdict,
      ...(evidence && {
        evidence: {
          sent: hex(evidence.sent),
          expected: hex(evidence.expected),
          received: hex(evidence.received),
        },
      }),
    })),
  };
}

/**
 * A value as JSON that a terminal shows as it is: whatever it would act on, or a
 * reader could not see, is escaped.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[^\n -~]/gu,
    (character) =>
      visible(character) === character ? character : escaped(character),
  );
}

/** A character as JSON and JavaScript escape it. */
function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => "\\u" + character.charCodeAt(at).toString(16).padStart(4, "0"),
  ).join("");
}

/** Reports as JUnit XML: a suite for each program, a case for each rule. */
export function toJunit(reports: readonly Report[]): string {
  const suites = reports.map((report) => {
    const { exercise, subject, verdicts } = report;
    const { failed, skipped } = count(report);
    const cases = verdicts.map(({ id, ms, outcome, finding, why }) => {
      const open = `    <testcase classname="${attribute(exercise)}" ` +
        `name="${attribute(id)}" time="${ms / 1000}"`;
      if (outcome === "passed") return `${open}/>`;
      const inner = outcome === "failed"
        ? `<failure message="${attribute(finding ?? "")}">${
          attribute(why)
        }</failure>`
        : `<skipped message="${attribute(finding ?? "")}"/>`;
      return `${open}>${inner}</testcase>`;
    });
    return [
      `  <testsuite name="${attribute(`${exercise}: ${subject}`)}" ` +
      `tests="${verdicts.length}" failures="${failed}" skipped="${skipped}">`,
      ...cases,
      "  </testsuite>",
    ].join("\n");
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    ...suites,
    "</testsuites>",
    "",
  ].join("\n");
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function attribute(text: string): string {
  return visible(text).replace(/[&<>"]/g, (character) => ENTITIES[character])
    .replace(/[\ufffe\uffff]/g, escaped); // which XML 1.0 does not allow
}
