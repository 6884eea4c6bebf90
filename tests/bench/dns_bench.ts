/**
 * Look-ups of names at a name server, which is in C: nobody waits for it.
 *
 * @module
 */

import type { Setup } from "./load_row.ts";
import { interleave, middle, named, pairedRatio } from "./measure.ts";
import { listening, NODE, OURS } from "./peers.ts";
import { figure, seriesTable } from "./table.ts";
import { atMost, DNS_OF_NODE, type Verdict } from "./targets.ts";
import { ownFile } from "./tools.ts";

/** So many are under way at once, in one row and the other. */
const AT_ONCE = [1, 100];

/** Measures and prints both rows. */
export async function dnsBench(
  { bench, tools: { nameServer, node }, plan }: Setup,
): Promise<Verdict[]> {
  if (!nameServer) {
    console.log(
      "\ndns: left out. The name server is in C, for Linux: it needs cc",
    );
    return [];
  }
  await using server = await listening(bench.start([nameServer]));
  const script = ownFile("dns_lookups.mjs");
  const deno = [Deno.execPath(), "run", "--quiet", "--no-prompt"];
  const flags = ["--allow-net=127.0.0.1"];
  const subjects = [
    { name: OURS, command: [...deno, ...flags, script, "lookupHost"] },
    {
      name: DENO,
      command: [...deno, ...flags, script, "resolveDns"],
    },
    ...node ? [{ name: NODE, command: [node, script, "node"] }] : [],
  ];
  const verdicts: Verdict[] = [];
  for (const atOnce of AT_ONCE) {
    const title = `look-ups at a name server, ${atOnce} at a time`;
    console.log(`\n${title}`);
    const all = await interleave(subjects, plan.rounds, async ({ command }) => {
      const args = [server.port, atOnce, plan.seconds].map(String);
      return Number(await bench.output([...command, ...args]));
    });
    const [ours, bare, theirs] = [OURS, DENO, NODE].map((name) =>
      named(all, name)
    );
    console.log(seriesTable(all, [
      { head: "µs", text: (one) => figure(middle(one, identity)) },
      {
        head: "of Node",
        text: (one) => figure(pairedRatio(one, theirs, identity)),
      },
    ]));
    if (atOnce > 1 && theirs) {
      verdicts.push(atMost(
        `${title}: of Node`,
        pairedRatio(ours, theirs, identity),
        DNS_OF_NODE,
        pairedRatio(bare, theirs, identity),
      ));
    }
  }
  return verdicts;
}

const DENO = "Deno.resolveDns";
const identity = (us: number) => us;
