/**
 * IPv4 addresses as text and as four packed bytes.
 *
 * ```text
 * $ deno run exercises/ip4_address_conversion.ts
 * IP Address: 127.0.0.1 => Packed: b'7f000001', Unpacked: 127.0.0.1
 * IP Address: 192.168.0.1 => Packed: b'c0a80001', Unpacked: 192.168.0.1
 * ```
 *
 * @module
 */

import type { Exercise } from "../lib/exercise.ts";
import { packIpv4, unpackIpv4 } from "../lib/ipv4.ts";
import { operands } from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";
import { hexOf } from "../lib/text.ts";

const options = {
  _: operands("[address …]", "the addresses to convert", packIpv4, {
    values: ["127.0.0.1", "192.168.0.1"].map(packIpv4),
    show: unpackIpv4,
  }),
};

export const exercise: Exercise = {
  id: "ip4_address_conversion",
  sheet: "4.2.3",
  title: "IPv4 addresses as text and bytes",
  options,
  example: `
$ deno run exercises/ip4_address_conversion.ts 10.0.0.255
IP Address: 10.0.0.255 => Packed: b'0a0000ff', Unpacked: 10.0.0.255`,
  questions: [{
    question: "How does the conversion to packed hexadecimal form work?",
    answer: `
Each of the four numbers of the dotted quad is one byte, 0 to 255, and each byte is
written as two hexadecimal digits: 192 is c0, 168 is a8, 0 is 00, 1 is 01. So the
32 bits of an IPv4 address are 4 bytes, or 8 digits: c0a80001. The bytes stand in
network byte order, the most significant first, which is the order of the text.
Unpacking goes back: every byte is written in decimal, with dots between them.`,
  }],
  permissions: {},
};

export async function main(args: string[]): Promise<void> {
  for (const packed of (await parseOptions(options, args))._) {
    const text = unpackIpv4(packed);
    const hex = hexOf(packed).join("");
    console.log(
      `IP Address: ${text} => Packed: b'${hex}', Unpacked: ${text}`,
    );
  }
}

if (import.meta.main) await runExercise(exercise, main);
