/**
 * Which datagrams a server of UDP answers. Nothing says that their sender is who
 * it says it is: an answer may hit somebody else, or go round for ever.
 *
 * Sources: RFC 8085, section 3 (UDP usage guidelines); CVE-2024-2169 and CERT/CC
 * VU#417980 on loops of servers that answer one another.
 *
 * @module
 */

import { type Endpoint, isGroup } from "./endpoint.ts";
import type { Datagram } from "./udp.ts";

/** Every so many-th of equal datagrams that come without a pause is not answered. */
const MOST_REPEATS = 2000;
/** A pause this long, in ms, resets the count. */
const LOOP_PAUSE_MS = 1000;
/** How many counts are kept; a power of two. With fewer, busy clients would share them. */
const SLOTS = 65_536;
/** So many bytes at the start and the end of a datagram tell it from another. */
const END_BYTES = 24;

/**
 * Whether a server may answer a datagram from there. A forged sender makes an
 * answer hit somebody else: a well-known service (RFC 862 echo among them) would
 * answer back for ever, a broadcast or multicast address would multiply it.
 */
export function isAnswerable(from: Endpoint, own: Endpoint): boolean {
  if (from.port < 1024) return false;
  // The server's own port: itself, or another server of its kind.
  if (from.port === own.port) return false;
  if (isGroup(from.hostname)) return false;
  // Without the netmask, x.y.z.255 is taken for a broadcast address.
  return !/^0\.|\.255$/.test(from.hostname);
}

/**
 * Counts how often datagrams repeat: two echo servers that a forged datagram set at
 * each other would send it to and fro without end. A client repeats itself too, but
 * not thousands of times without a pause.
 */
export class Repeats {
  // Each datagram by itself, since several may go round at the same time; in tables of
  // a fixed size. Two may share a slot, and are counted as one: if each took the
  // other's place, they could go round for ever.
  #counts = new Uint32Array(SLOTS);
  #lasts = new Float64Array(SLOTS);

  /** How often this one came from this port without a pause, now included. */
  count({ data, from }: Datagram): number {
    const now = performance.now();
    const slot = keyOf(data, from.port) & (SLOTS - 1);
    const isPause = now - this.#lasts[slot] >= LOOP_PAUSE_MS;
    this.#lasts[slot] = now;
    return this.#counts[slot] = isPause ? 1 : this.#counts[slot] + 1;
  }
}

/**
 * Whether to leave a datagram unanswered that came so often: that ends a loop, and a
 * client takes it for a loss.
 */
export function isLoop(repeats: number): boolean {
  return repeats % MOST_REPEATS === 0;
}

// A hash of the port, the length and both ends of the data: numbers stand at an end.
function keyOf(data: Uint8Array, port: number): number {
  const { length } = data;
  const head = fnv1a(0x811c9dc5 ^ port ^ length << 16, data, 0, END_BYTES);
  return fnv1a(head, data, Math.max(END_BYTES, length - END_BYTES), length);
}

function fnv1a(key: number, data: Uint8Array, from: number, to: number) {
  for (let i = from; i < to && i < data.length; i++) {
    key = Math.imul(key ^ data[i], 0x01000193);
  }
  return key;
}
