/**
 * The resident memory of echo servers over TCP.
 *
 * @module
 */

import type { LoadSetup } from "./load_row.ts";
import { interleave, middle, named } from "./measure.ts";
import { BARE, OURS, type Peer, peersFor, type Server } from "./peers.ts";
import { figure, grouped, seriesTable } from "./table.ts";
import { atMost, RESIDENT_MIB, type Verdict } from "./targets.ts";
import type { Workbench } from "./workbench.ts";

/** With so many idle connections a server is looked at. */
const COUNTS = [0, 1000, 5000];
const MOST = COUNTS.at(-1)!;

/** Measures and prints the row. */
export async function memoryBench(setup: LoadSetup): Promise<Verdict[]> {
  const { bench, tools, plan } = setup;
  const peers = peersFor("tcp", bench, tools).filter(({ idle }) =>
    idle >= MOST
  );
  const title = "TCP, resident memory with idle connections";
  console.log(`\n${title}`);
  const all = await interleave(
    peers,
    plan.rounds,
    (peer) => residentAt(COUNTS, peer, setup),
  );
  const columns = COUNTS.map((count, index) => ({
    head: `MiB with ${grouped(count)}`,
    text: (one: typeof all[0]) =>
      figure(middle(one, (kib) => kib[index] / 1024)),
  }));
  const table = seriesTable(all, [...columns, {
    head: "KiB a connection",
    text: (one) => figure(middle(one, (kib) => (kib.at(-1)! - kib[0]) / MOST)),
  }]);
  console.log(table);
  const [ours, bare] = [OURS, BARE].map((name) =>
    middle(named(all, name), (kib) => kib.at(-1)! / 1024)
  );
  return [atMost(`${title}, 5,000: MiB`, ours, RESIDENT_MIB, bare)];
}

/** In KiB, with each of `counts` connections; of a server of its own. */
async function residentAt(
  counts: readonly number[],
  peer: Peer,
  { generator, bench }: LoadSetup,
): Promise<number[]> {
  await using server = await peer.start();
  await using holders = new AsyncDisposableStack();
  const resident: number[] = [];
  let open = 0;
  for (const count of counts) {
    if (count > open) {
      holders.use(await generator.hold(server, count - open));
    }
    open = count;
    resident.push(await residentOf(server, bench));
  }
  return resident;
}

async function residentOf({ pid }: Server, bench: Workbench): Promise<number> {
  const script = "s/^VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p";
  return Number(
    await bench.output(["sed", "-n", script, `/proc/${pid}/status`]),
  );
}
