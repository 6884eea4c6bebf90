/**
 * Lines out of a stream of bytes. TCP keeps no message boundaries: one read may
 * bring half a line or ten, and may cut a character of UTF-8 in two. So lines
 * are cut at the byte LF, which is part of no other character, and only a whole
 * line is decoded.
 *
 * @module
 */

const LF = 10, CR = 13;

/** After so many lines or bytes the event loop gets a turn. */
const LINES_AT_ONCE = 1000, BYTES_AT_ONCE = 65_536;

/** The longest line, in bytes, that {@linkcode readLines} takes by itself. */
export const MAX_LINE_BYTES = 65_536;

/**
 * The lines of `chunks`, without their LF or CR LF; also a last one without an
 * end, even if `chunks` fails behind it. At most one line and one chunk are held in
 * memory.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readLines } from "./lines.ts";
 *
 * async function* chunks() {
 *   for (const text of ["on", "e\r\ntwo\n", "three"]) {
 *     yield new TextEncoder().encode(text);
 *   }
 * }
 * const lines: string[] = [];
 * for await (const line of readLines(chunks())) {
 *   lines.push(new TextDecoder().decode(line));
 * }
 * assertEquals(lines, ["one", "two", "three"]);
 * ```
 *
 * @throws {Deno.errors.InvalidData} at a line longer than `maxBytes`
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number = MAX_LINE_BYTES,
): AsyncGenerator<Uint8Array> {
  // A chunk may belong to a buffer that its reader fills again: so bytes are
  // copied, into one array that grows, however small the chunks are.
  let line = new Uint8Array(256);
  let length = 0;
  let lines = 0, bytes = 0;

  const append = (part: Uint8Array) => {
    const needed = length + part.length;
    // A CR may belong to the line end.
    const isEnded = (part.at(-1) ?? line[length - 1]) === CR;
    if (needed - Number(isEnded) > maxBytes) {
      throw new Deno.errors.InvalidData(
        `a line is longer than ${maxBytes} bytes`,
      );
    }
    if (needed > line.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * line.length));
      larger.set(line.subarray(0, length));
      line = larger;
    }
    line.set(part, length);
    length = needed;
  };
  const take = () => {
    const end = line[length - 1] === CR ? length - 1 : length;
    length = 0;
    return line.slice(0, end);
  };

  try {
    for await (const chunk of chunks) {
      let start = 0;
      for (
        let end = chunk.indexOf(LF);
        end >= 0;
        end = chunk.indexOf(LF, start)
      ) {
        append(chunk.subarray(start, end));
        bytes += end + 1 - start;
        yield take();
        start = end + 1;
        // What always has a line ready would never let the event loop run: no other
        // client would be heard, and no Ctrl+C.
        if (++lines >= LINES_AT_ONCE || bytes >= BYTES_AT_ONCE) {
          await new Promise((resolve) => setTimeout(resolve));
          lines = bytes = 0;
        }
      }
      append(chunk.subarray(start));
    }
  } catch (error) {
    // What came before a reset or a silence is not lost with it.
    const isTooLong = error instanceof Deno.errors.InvalidData;
    if (length > 0 && !isTooLong) yield take();
    throw error;
  }
  if (length > 0) yield take();
}

/** A line as it is sent: its bytes and LF. */
export function encodeLine(line: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(line.length + 1);
  encoded.set(line);
  encoded[line.length] = LF;
  return encoded;
}

/** Whether a line is `bye`, by which either side ends a message exchange. */
export function isBye(line: Uint8Array): boolean {
  return new TextDecoder().decode(line) === "bye";
}
