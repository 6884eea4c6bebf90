/**
 * Tables of figures on the terminal.
 *
 * @module
 */

import type { Series } from "./measure.ts";

/** One column: its head, and what it says of a series. */
export interface Column<R> {
  head: string;
  text: (series: Series<R>) => string;
}

/** A table with a line a series; who failed has the reason in the place of figures. */
export function seriesTable<R>(
  all: readonly Series<R>[],
  columns: readonly Column<R>[],
): string {
  const rows = all.map((series) => [
    series.name,
    ...columns.map(({ text }) =>
      series.fault === undefined ? text(series) : ""
    ),
  ]);
  const heads = ["", ...columns.map(({ head }) => head)];
  return aligned([heads, ...rows]).map((line, index) => {
    const fault = all[index - 1]?.fault;
    return "  " + (fault ? `${line}  failed: ${fault}` : line).trimEnd();
  }).join("\n");
}

/** The lines of a table: the first column to the left, the others to the right. */
export function aligned(rows: readonly string[][]): string[] {
  const widths = rows[0].map((_, column) =>
    Math.max(...rows.map((row) => row[column].length))
  );
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])
    ).join("  ")
  );
}

/** A whole number, its thousands apart. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** A number in about three digits, its thousands apart; "–" if there is none. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (value >= 100 || value === 0) return grouped(value);
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** A ratio or share with two decimals; "–" if there is none. */
export function ratio(value: number): string {
  return Number.isNaN(value) ? "–" : value.toFixed(2);
}
