/**
 * The load generator, `load.c`, and what it says.
 *
 * @module
 */

import type { Child } from "../child.ts";
import type { Server } from "./peers.ts";
import { PeerFault, type Workbench } from "./workbench.ts";

/** How long a measurement may take beyond its time, in ms. */
const SPARE_MS = 60_000;

/** One measurement. */
export interface Load {
  /** What was done in a second: messages, connections, or MB. */
  rate: number;
  /** The time of a reply, in µs: the median, the 99th percentile, the longest. */
  p50: number;
  p99: number;
  max: number;
  /** The share of the time for which the generator had a processor. */
  busy: number;
  /** The same of the server. */
  server: number;
  /** How many replies the least and the most served connection got. */
  least?: number;
  most?: number;
  /** How many datagrams did not come back. */
  lost?: number;
}

/** What the generator is asked to do, and the numbers that belong to it. */
export type Job =
  | [mode: "messages", connections: number, size: number]
  | [mode: "bulk"]
  | [mode: "connects", connections: number]
  | [mode: "udp", window: number, size: number];

/** The generator. */
export class Generator {
  #bench: Workbench;
  #program: string;

  /** `program` is where it was compiled to. */
  constructor(bench: Workbench, program: string) {
    this.#bench = bench;
    this.#program = program;
  }

  /**
   * Measures a server for so many seconds, with further connections that stay
   * silent if `idle` is not 0.
   *
   * @throws {PeerFault} if the server fails, or sends back something else
   */
  async measure(
    { pid, port }: Server,
    [mode, ...numbers]: Job,
    seconds: number,
    idle = 0,
  ): Promise<Load> {
    const args = [mode, port, ...numbers, seconds, ...idle ? [idle] : []];
    const output = await this.#bench.output(
      [this.#program, "-s", String(pid), ...args.map(String)],
      seconds * 1000 + SPARE_MS,
    );
    return JSON.parse(output);
  }

  /** Opens connections that are served once and then silent, until it is ended. */
  async hold({ port }: Server, connections: number): Promise<Child> {
    const args = ["idle", String(port), String(connections)];
    const child = this.#bench.start([this.#program, ...args], SPARE_MS);
    try {
      await child.line(/connections/);
      return child;
    } catch {
      const { code, stderr } = await child.result;
      throw new PeerFault(stderr.trim() || `load ended with ${code}`);
    }
  }
}
