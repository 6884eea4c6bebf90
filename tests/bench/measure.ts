/**
 * Comparing programs on a machine that has other things to do, too. What takes
 * turns meets the same weather: all are measured once in a round, in another order
 * each time, and compared by the ratios within each round.
 *
 * @module
 */

import { PeerFault } from "./workbench.ts";

/** How often and for how long to measure. */
export interface Plan {
  /** How often each is measured. */
  rounds: number;
  /** How long each time, in seconds. */
  seconds: number;
}

/** What was measured of one of them. */
export interface Series<R> {
  name: string;
  /** One result a round; fewer if it failed. */
  results: R[];
  /** Why it was measured no longer. */
  fault?: string;
}

/** The items, beginning with number `by`, and those before it at the end. */
export function rotated<T>(items: readonly T[], by: number): T[] {
  const first = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

/** Measures each once in every round. Who fails is out of the rounds that follow. */
export async function interleave<P extends { name: string }, R>(
  subjects: readonly P[],
  rounds: number,
  measure: (subject: P) => R | Promise<R>,
): Promise<Series<R>[]> {
  const all = subjects.map((subject) => ({
    subject,
    series: { name: subject.name, results: [] } as Series<R>,
  }));
  for (let round = 0; round < rounds; round++) {
    for (const { subject, series } of rotated(all, round)) {
      if (series.fault !== undefined) continue;
      await turn();
      try {
        series.results.push(await measure(subject));
      } catch (error) {
        if (!(error instanceof PeerFault)) throw error;
        series.fault = error.message;
      }
    }
  }
  return all.map(({ series }) => series);
}

/** Lets the event loop turn: a signal is not seen while this program computes. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** The median of a figure of the results; `NaN` if it failed. */
export function middle<R>(
  series: Series<R> | undefined,
  figure: (result: R) => number,
): number {
  return isComplete(series) ? median(series.results.map(figure)) : NaN;
}

/** The median of the ratios in the same round; `NaN` if one of the two failed. */
export function pairedRatio<R>(
  series: Series<R> | undefined,
  reference: Series<R> | undefined,
  figure: (result: R) => number,
): number {
  if (!isComplete(series) || !isComplete(reference)) return NaN;
  return median(
    series.results.map((result, round) =>
      figure(result) / figure(reference.results[round])
    ),
  );
}

/** The middle one of some numbers, or between the two in the middle. */
function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}

function isComplete<R>(series: Series<R> | undefined): series is Series<R> {
  return series !== undefined && series.fault === undefined;
}

/** The series of that name, if there is one. */
export function named<R>(
  all: readonly Series<R>[],
  name: string,
): Series<R> | undefined {
  return all.find((series) => series.name === name);
}
