/**
 * What the phases brought, held against the bars.
 *
 * @module
 */

import type { EndResult, LoadResult, Plan } from "./phases.ts";
import type { Sample } from "./process.ts";
import {
  counted,
  grouped,
  limited,
  type Line,
  megabytes,
  told,
} from "./report.ts";

/** Most resident memory of the server, in bytes. */
const MOST_RESIDENT = 256 * 2 ** 20;
/** Most growth of it from the first third of the load to the last. */
const MOST_GROWTH = 0.1;
/** The shortest load that tells growth from warming up, in ms. */
const GROWTH_MS = 59_000;
/** How long the server may take to end, in ms. */
const MOST_END_MS = 2000;

const NOT_MEASURED = "not measured here";

/** About the messages. */
export function loadLines(plan: Plan, result: LoadResult): Line[] {
  const { total, ms, alive, peers } = result;
  const { latencies } = total;
  const tail = [0.5, 0.99].map((share) => latencies.percentile(share));
  return [
    told("time", `${(ms / 1000).toFixed(1)} s`),
    {
      name: "messages",
      value: grouped(total.sent),
      bar: `>= ${grouped(plan.messages)}`,
      isOk: total.sent >= plan.messages,
    },
    counted("lost", total.skipped + total.unanswered, 0),
    counted("changed", total.changed, 0),
    counted("reordered", total.reordered, 0),
    counted("active connections", total.connected, plan.active),
    counted("idle connections alive", alive, plan.idle),
    told("hostile peers", grouped(peers.count)),
    told("of them echoed in full", grouped(peers.echoed)),
    counted("not echoed in full", peers.notEchoed, 0),
    told("messages/s", grouped(total.whole / ms * 1000)),
    told(
      "latency p50, p99, max",
      [...tail, latencies.maxMs].map((one) => one.toFixed(1)).join(", ") +
        " ms",
    ),
  ];
}

/** About descriptors and memory, after a load of `ms` milliseconds. */
export function restLines(
  ms: number,
  atStart: Sample | undefined,
  samples: Sample[],
  after: Sample | undefined,
): Line[] {
  if (!atStart || samples.length === 0) {
    return [told("memory and descriptors", NOT_MEASURED)];
  }
  const resident = samples.map((sample) => sample.resident);
  const third = Math.ceil(resident.length / 3);
  // The highest, since a garbage collector makes a sawtooth: where in it a third
  // happens to lie says nothing, but a leak lifts the peaks.
  const first = Math.max(...resident.slice(0, third));
  const last = Math.max(...resident.slice(-third));
  return [
    limited(
      "resident memory, peak",
      Math.max(...resident),
      MOST_RESIDENT,
      megabytes,
    ),
    told(
      "at rest, peak of the first third, of the last",
      [atStart.resident, first, last].map(megabytes).join(", "),
    ),
    growth(last / first - 1, ms),
    told(
      "descriptors, peak",
      grouped(Math.max(...samples.map(({ descriptors }) => descriptors))),
    ),
    // A server that has ended has none: that is no answer either.
    counted(
      "descriptors after the load",
      after?.descriptors ?? 0,
      atStart.descriptors,
    ),
  ];
}

// A program that has just started grows whatever it does: its heap does, and
// its code is compiled. A short load shows nothing else.
function growth(share: number, ms: number): Line {
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
  return ms < GROWTH_MS
    ? told("growth (judged from --minutes 1 on)", percent(share))
    : limited("growth", share, MOST_GROWTH, percent);
}

/** About the shutdown under load. */
export function endLines(result: EndResult | undefined): Line[] {
  if (!result) return [told("shutdown under load", NOT_MEASURED)];
  const { total, ms, exitCode } = result;
  const seconds = (value: number) => `${(value / 1000).toFixed(2)} s`;
  const isTime = typeof ms === "number";
  return [
    {
      name: "shutdown under load",
      value: isTime ? seconds(ms) : ms,
      bar: `<= ${seconds(MOST_END_MS)}`,
      isOk: isTime && ms <= MOST_END_MS,
    },
    counted("its exit code", exitCode, 0),
    counted(
      "replies torn, changed, out of order",
      total.torn + total.changed + total.reordered + total.skipped,
      0,
    ),
    told("messages cut off", grouped(total.unanswered)),
    told("of them sent before it was asked", grouped(total.unansweredEarly)),
  ];
}
