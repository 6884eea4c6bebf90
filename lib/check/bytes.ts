/**
 * Bytes as a check sends them, and side by side, so that a student sees where two
 * differ.
 *
 * @module
 */

import { bytesRepr, hexOf, visible } from "../text.ts";

/** How many bytes a row shows, and how many rows stand around a difference. */
const ROW = 8, ROWS_BEFORE = 1, ROWS = 3;

/** What cannot be seen in text, by its bytes. */
const NAMES: [bytes: number[], name: string][] = [
  [[0xef, 0xbb, 0xbf], "a byte order mark (BOM)"],
  [[13, 10], "carriage return, newline (CR LF)"],
  [[13], "carriage return (CR)"],
  [[10], "newline (LF)"],
  [[0], "a zero byte"],
];

/** The sheet's message. */
export const SHEET_TEXT = "Test message: SDN course examples";

/** A text as a peer gets it: in UTF-8. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The sheet's message, 33 bytes. */
export const MESSAGE: Uint8Array<ArrayBuffer> = encode(SHEET_TEXT);

/** Where two byte strings first differ; `undefined` if they are the same. */
export function firstDifference(
  expected: Uint8Array,
  received: Uint8Array,
): number | undefined {
  const length = Math.max(expected.length, received.length);
  for (let at = 0; at < length; at++) {
    if (expected[at] !== received[at]) return at;
  }
}

/**
 * The rows around the first difference, expected at the left and received at the
 * right, in hexadecimal and as text, and a row that marks and names it; nothing if
 * there is none.
 */
export function sideBySide(
  expected: Uint8Array,
  received: Uint8Array,
): string[] {
  const at = firstDifference(expected, received);
  if (at === undefined) return [];
  const width = ROW * 3 + ROW * 2;
  const row = Math.floor(at / ROW);
  const first = Math.max(0, row - ROWS_BEFORE);
  const lines = [`${"byte".padEnd(8)}${"expected".padEnd(width)}received`];
  for (let index = first; index < first + ROWS; index++) {
    const start = index * ROW;
    if (start >= Math.max(expected.length, received.length)) break;
    lines.push(
      String(start).padEnd(8) + rowOf(expected, start).padEnd(width) +
        rowOf(received, start),
    );
    if (index === row) {
      const mark = " ".repeat((at - start) * 3) + "^^";
      lines.push(
        " ".repeat(8) + mark.padEnd(width) + mark,
        `first difference at byte ${at}: expected ${nameAt(expected, at)}, ` +
          `received ${nameAt(received, at)}`,
      );
    }
  }
  return lines;
}

function rowOf(bytes: Uint8Array, start: number): string {
  const part = bytes.subarray(start, start + ROW);
  const text = Array.from(
    part,
    (byte) => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".",
  );
  return hexOf(part).join(" ").padEnd(ROW * 3) + text.join("");
}

/** What stands at a place, by its name: a character, a line end, the end. */
export function nameAt(bytes: Uint8Array, at: number): string {
  if (at >= bytes.length) return `the end (${bytes.length} bytes)`;
  for (const [name, words] of NAMES) {
    if (name.every((byte, index) => bytes[at + index] === byte)) return words;
  }
  // Back to the first byte of a character of several.
  let start = at;
  while (start > 0 && (bytes[start] & 0xc0) === 0x80) start--;
  const lead = bytes[start];
  const size = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const text = new TextDecoder().decode(bytes.subarray(start, start + size));
  if (size > 1 && at < start + size && !text.includes("\ufffd")) {
    return `${visible(text)}, a character of ${size} bytes` +
      (at > start ? `, its byte ${at - start + 1}` : "");
  }
  return bytesRepr(bytes.subarray(at, at + 1));
}
