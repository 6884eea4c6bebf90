/**
 * Host and network byte order: htons, htonl, ntohs and ntohl of numbers.
 *
 * ```text
 * $ deno run exercises/byte_order.ts 1
 * 1 => htons: 256 (00 01), htonl: 16777216 (00 00 00 01), ntohs: 256, ntohl: 16777216
 * ```
 *
 * @module
 */

import type { Exercise } from "../lib/exercise.ts";
import { operands, parseInteger } from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";
import { hexOf } from "../lib/text.ts";

const options = {
  _: operands(
    "[number …]",
    "the numbers to convert, 0 to 4294967295",
    (text) => parseInteger(text, 0, 0xffffffff),
    { values: [80, 9900, 305419896] },
  ),
};

export const exercise: Exercise = {
  id: "byte_order",
  sheet: "note 1 (theory)",
  title: "Host and network byte order",
  options,
  example: `
$ deno run exercises/byte_order.ts 80
80 => htons: 20480 (00 50), htonl: 1342177280 (00 00 00 50), ntohs: 20480, ntohl: 1342177280`,
  questions: [{
    question: "What is network byte order, and when is it needed?",
    answer: `
A number of several bytes can be sent with its most significant byte first
(big-endian) or last (little-endian). The Internet's protocols use big-endian, so
that is network byte order. PCs with x86 and ARM processors are little-endian: there
htons and htonl (host to network, short of 16 and long of 32 bits) swap the bytes,
and ntohs and ntohl swap them back; on a big-endian machine all four do nothing. In
C, port and address must be in network byte order in struct sockaddr_in. Python and
Deno take plain numbers and do it themselves, but whoever puts numbers into a message
has to choose the order: in TypeScript DataView.setUint16 writes big-endian unless
told otherwise.`,
  }],
  permissions: {},
};

/** The number whose bytes in this machine's memory are `value` in network order. */
export function hostToNetwork(value: number, bytes: 2 | 4): number {
  const view = networkOrder(value, bytes);
  return bytes === 2
    ? new Uint16Array(view.buffer)[0]
    : new Uint32Array(view.buffer)[0];
}

/** The bytes of `value` in network byte order: the most significant first. */
export function networkOrder(
  value: number,
  bytes: 2 | 4,
): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(bytes));
  if (bytes === 2) view.setUint16(0, value);
  else view.setUint32(0, value);
  return view;
}

/** The line for one number; ntohs and ntohl are the same swap backwards. */
export function describe(value: number): string {
  const show = (bytes: 2 | 4) => {
    const raw = new Uint8Array(networkOrder(value, bytes).buffer);
    return `${hostToNetwork(value, bytes)} (${hexOf(raw).join(" ")})`;
  };
  const isShort = value <= 0xffff;
  return `${value} => ` + [
    isShort ? `htons: ${show(2)}` : "htons: too large",
    `htonl: ${show(4)}`,
    isShort ? `ntohs: ${hostToNetwork(value, 2)}` : "ntohs: too large",
    `ntohl: ${hostToNetwork(value, 4)}`,
  ].join(", ");
}

export async function main(args: string[]): Promise<void> {
  for (const value of (await parseOptions(options, args))._) {
    console.log(describe(value));
  }
}

if (import.meta.main) await runExercise(exercise, main);
