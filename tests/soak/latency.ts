/**
 * Latencies in bounded memory, however many.
 *
 * @module
 */

/** Classes to a doubling: each is 2 % wide. */
const PER_OCTAVE = 32;
/** From a microsecond to eighteen minutes. */
const OCTAVES = 30;

/** What a {@linkcode Latencies} hands on to another one. */
export interface LatencyCounts {
  counts: Float64Array;
  maxMs: number;
}

/** How often which latency was seen. */
export class Latencies implements LatencyCounts {
  /** One count a class. */
  counts = new Float64Array(PER_OCTAVE * OCTAVES);
  /** The longest, exactly. */
  maxMs = 0;

  /** Enters a latency that `count` messages had. */
  add(ms: number, count: number): void {
    const octave = Math.log2(Math.max(ms * 1000, 1));
    const index = Math.min(
      Math.floor(octave * PER_OCTAVE),
      this.counts.length - 1,
    );
    this.counts[index] += count;
    this.maxMs = Math.max(this.maxMs, ms);
  }

  /** Enters all that another one has counted. */
  addAll({ counts, maxMs }: LatencyCounts): void {
    counts.forEach((count, index) => this.counts[index] += count);
    this.maxMs = Math.max(this.maxMs, maxMs);
  }

  /** What `share` (0 to 1) of the messages did not exceed, in ms. */
  percentile(share: number): number {
    const total = this.counts.reduce((sum, count) => sum + count, 0);
    let rest = total * share;
    const index = this.counts.findIndex((count) => (rest -= count) <= 0);
    return Math.min(2 ** ((index + 1) / PER_OCTAVE) / 1000, this.maxMs);
  }
}
