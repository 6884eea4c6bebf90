/**
 * One table of a class, out of the JSON reports of its students.
 *
 * @module
 */

import { EXIT } from "../exit_code.ts";
import { explain } from "../explain.ts";
import { type Report, SCHEMA } from "./check.ts";
import type { Verdict } from "./rule.ts";

/** One student's outcomes. */
interface Row {
  student: string;
  exercise: string;
  outcomes: Map<string, Verdict["outcome"]>;
}

/** A table of a class, and what could not be read. */
export interface Table {
  /** The table as CSV (RFC 4180): a row a student and exercise, a column a rule. */
  csv: string;
  /** How many rows it has, without the head. */
  rows: number;
  /** Files that are no reports, with the reason. */
  skipped: string[];
}

/**
 * Makes one table of reports, from files and from folders of files whose names
 * end with `.json`; a file is named after its student.
 *
 * @throws {Deno.errors.NotFound} if a path does not exist
 */
export async function collect(paths: readonly string[]): Promise<Table> {
  const rows: Row[] = [];
  const skipped: string[] = [];
  for (const path of (await Promise.all(paths.map(filesOf))).flat()) {
    try {
      rows.push(...rowsOf(path, await textOf(path)));
    } catch (error) {
      const { message, exitCode } = explain(error);
      if (exitCode === EXIT.SOFTWARE) throw error;
      skipped.push(`${path}: ${message}`);
    }
  }
  const rules = [
    ...new Set(rows.flatMap(({ outcomes }) => [...outcomes.keys()])),
  ];
  const table = [
    ["student", "exercise", "passed", "failed", ...rules],
    ...rows.map(({ student, exercise, outcomes }) => {
      const count = (wanted: string) =>
        String([...outcomes.values()].filter((one) => one === wanted).length);
      return [
        student,
        exercise,
        count("passed"),
        count("failed"),
        ...rules.map((rule) => outcomes.get(rule) ?? ""),
      ];
    }),
  ];
  const csv = table.map((row) => row.map(cell).join(",") + "\r\n").join("");
  return {
    // Without its mark Excel would take UTF-8 for an encoding of Windows.
    csv: (/\P{ASCII}/u.test(csv) ? "\ufeff" : "") + csv,
    rows: rows.length,
    skipped,
  };
}

async function filesOf(path: string): Promise<string[]> {
  if ((await Deno.stat(path)).isFile) return [path];
  const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  return names.filter((name) => name.endsWith(".json")).sort()
    .map((name) => `${path}/${name}`);
}

/**
 * The text of a file, in the encoding of its byte order mark: PowerShell writes
 * UTF-16.
 *
 * @throws {SyntaxError} if it is no file
 */
async function textOf(path: string): Promise<string> {
  // A pipe would be waited for.
  if (!(await Deno.stat(path)).isFile) throw new SyntaxError("it is no file");
  const bytes = await Deno.readFile(path);
  const mark = bytes[0] << 8 | bytes[1];
  const encoding = ENCODINGS.get(mark) ?? "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

const ENCODINGS = new Map([[0xfffe, "utf-16le"], [0xfeff, "utf-16be"]]);

/** @throws {SyntaxError} if the text is no report */
function rowsOf(path: string, text: string): Row[] {
  const value: unknown = JSON.parse(text);
  const reports = Array.isArray(value) ? value : [value];
  if (!reports.every(isReport)) {
    throw new SyntaxError("it is no report of `deno task check --json`");
  }
  return reports.map(({ exercise, verdicts }) => ({
    student: path.replace(/.*[\\/]/, "").replace(/\.json$/, ""),
    exercise,
    outcomes: new Map(verdicts.map(({ id, outcome }) => [id, outcome])),
  }));
}

/** Whether a value has what the table needs of a report. */
function isReport(
  report: Partial<Report> | null,
): report is Pick<Report, "exercise" | "verdicts"> {
  return report?.schema === SCHEMA &&
    typeof report.exercise === "string" && Array.isArray(report.verdicts) &&
    report.verdicts.every((verdict: Partial<Verdict> | null) =>
      typeof verdict?.id === "string" &&
      ["passed", "failed", "skipped"].includes(verdict.outcome!)
    );
}

// What begins with one of =+-@ would be a formula to a spreadsheet.
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
