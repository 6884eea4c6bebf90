/**
 * Look-ups of common services: ours in this process, Python's in its own.
 *
 * @module
 */

import { getServiceByPort, type Protocol } from "../../lib/services.ts";
import type { Setup } from "./load_row.ts";
import { interleave, middle, named, pairedRatio, turn } from "./measure.ts";
import { OURS } from "./peers.ts";
import { figure, seriesTable } from "./table.ts";
import { atMost, LOOKUP_NS, type Verdict } from "./targets.ts";
import { ownFile } from "./tools.ts";

/** What is looked up, one after another. */
const COMMON: [port: number, protocol: Protocol][] = [
  [80, "tcp"],
  [53, "udp"],
  [25, "tcp"],
  [22, "tcp"],
  [443, "tcp"],
  [123, "udp"],
  [21, "tcp"],
  [110, "tcp"],
];
/** How often in a row, before the clock is read: some ms. */
const BATCH = 100_000;

/** Measures and prints the row. */
export async function servicesBench(
  { bench, tools: { python }, plan }: Setup,
): Promise<Verdict[]> {
  const texts = COMMON.map((service) => service.join("/"));
  const script = [ownFile("service_lookups.py"), String(plan.seconds)];
  const subjects = [
    { name: OURS, measure: () => nsOfLookup(plan.seconds) },
    ...python
      ? [{
        name: PYTHON,
        measure: async () =>
          Number(await bench.output([python, ...script, ...texts])),
      }]
      : [],
  ];
  const title = "look-up of a common service";
  console.log(`\n${title}`);
  const all = await interleave(
    subjects,
    plan.rounds,
    ({ measure }) => measure(),
  );
  const ours = named(all, OURS);
  const table = seriesTable(all, [
    { head: "ns", text: (one) => figure(middle(one, identity)) },
    {
      head: "of ours",
      text: (one) => figure(pairedRatio(one, ours, identity)),
    },
  ]);
  console.log(table);
  return [atMost(`${title}: ns`, middle(ours, identity), LOOKUP_NS)];
}

const PYTHON = "python3 getservbyport";
const identity = (ns: number) => ns;

async function nsOfLookup(seconds: number): Promise<number> {
  let found = 0, ms = 0;
  while (ms < seconds * 1000) {
    await turn();
    const begin = performance.now();
    found += lookUp();
    ms += performance.now() - begin;
  }
  return ms * 1e6 / found;
}

/** Returns how many were found: all. */
function lookUp(): number {
  let found = 0;
  for (let batch = 0; batch < BATCH; batch++) {
    for (let index = 0; index < COMMON.length; index++) {
      const service = COMMON[index];
      if (getServiceByPort(service[0], service[1]) !== undefined) found++;
    }
  }
  return found;
}
