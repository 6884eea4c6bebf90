/**
 * Echo servers over UDP.
 *
 * @module
 */

import {
  type LoadRow,
  type LoadSetup,
  lostOf,
  measureRow,
  rateAtLeast,
} from "./load_row.ts";
import { named } from "./measure.ts";
import { BARE, LIMIT, NODE, OURS, peersFor } from "./peers.ts";
import { atMost, DATAGRAMS, type Verdict } from "./targets.ts";

/** The size of a datagram, in bytes. */
const SIZE = 64;
/** How many are under way at once. */
const WINDOW = 32;

/** Measures and prints both rows. */
export async function udpBench(setup: LoadSetup): Promise<Verdict[]> {
  const peers = peersFor("udp", setup.bench, setup.tools);
  const row = (title: string, window: number): LoadRow => ({
    title,
    unit: "datagrams/s",
    job: ["udp", window, SIZE],
    busy: 1,
  });
  const lockStep = row("UDP, one datagram at a time", 1);
  const one = await measureRow(setup, peers, lockStep);
  const window = row(`UDP, ${WINDOW} datagrams under way`, WINDOW);
  const many = await measureRow(setup, peers, window);
  const lost = (name: string) => lostOf(named(many, name));
  return [
    ...rateAtLeast([LIMIT], DATAGRAMS.LOCK_STEP, lockStep.title, one),
    ...rateAtLeast([LIMIT], DATAGRAMS.WINDOW, window.title, many),
    ...rateAtLeast([NODE], DATAGRAMS.WINDOW_OF_NODE, window.title, many),
    atMost(`${window.title}: lost`, lost(OURS), DATAGRAMS.LOST, lost(BARE)),
  ];
}
