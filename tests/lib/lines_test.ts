import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodeLine, isBye, readLines } from "../../lib/lines.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** Pieces that arrive in one buffer used again and again, as a reader's are. */
async function* arriving(bytes: Uint8Array, size: number) {
  const buffer = new Uint8Array(size);
  for (let offset = 0; offset < bytes.length; offset += size) {
    const piece = bytes.subarray(offset, offset + size);
    buffer.set(piece);
    await Promise.resolve();
    yield buffer.subarray(0, piece.length);
  }
}

async function linesOf(text: string, size: number, maxBytes?: number) {
  const lines: string[] = [];
  const bytes = encode(text);
  for await (const line of readLines(arriving(bytes, size), maxBytes)) {
    lines.push(new TextDecoder("utf-8", { fatal: true }).decode(line));
  }
  return lines;
}

Deno.test({
  name:
    "readLines() lets others have a turn, however many lines are there, or how long",
  permissions: "none",
}, async () => {
  for (const text of ["\n".repeat(10_000), `${"x".repeat(10_000)}\n`]) {
    let isOver = false;
    setTimeout(() => isOver = true);
    const chunks = async function* () {
      for (let count = 0; count < 500 && !isOver; count++) yield encode(text);
    };
    for await (const _ of readLines(chunks()));
    assert(isOver);
  }
});

Deno.test({
  name: "readLines() finds the same lines however the bytes are cut",
  permissions: "none",
}, async () => {
  const text = "hello\n\nবাংলা é😀\r\nlast\rkept\nno end";
  const expected = ["hello", "", "বাংলা é😀", "last\rkept", "no end"];
  for (let size = 1; size <= 60; size++) {
    assertEquals(await linesOf(text, size), expected);
  }
});

Deno.test({
  name:
    "readLines() yields nothing for nothing, and an empty line for a line end",
  permissions: "none",
}, async () => {
  assertEquals(await linesOf("", 1), []);
  assertEquals(await linesOf("\n", 1), [""]);
  assertEquals(await linesOf("\r\n\n", 2), ["", ""]);
});

Deno.test({
  name:
    "readLines() ends at a line that is too long, after the lines before it",
  permissions: "none",
}, async () => {
  // The line end, in either form, is not part of the line.
  for (const size of [1, 3, 100]) {
    const lines = await linesOf("12345678\nab\r\n12345678\r\n", size, 8);
    assertEquals(lines, ["12345678", "ab", "12345678"]);
  }
  for (const size of [1, 4, 100]) {
    const seen: number[] = [];
    const bytes = encode("ok\n123456789\nnever");
    await assertRejects(
      async () => {
        for await (const line of readLines(arriving(bytes, size), 8)) {
          seen.push(line.length);
        }
      },
      Deno.errors.InvalidData,
      "longer than 8 bytes",
    );
    assertEquals(seen, [2]);
  }
});

Deno.test({
  name: "readLines() yields what has come before its chunks fail",
  permissions: "none",
}, async () => {
  async function* reset() {
    yield encode("one\ntw");
    await Promise.reject(new Deno.errors.ConnectionReset());
  }
  const seen: string[] = [];
  await assertRejects(async () => {
    for await (const line of readLines(reset())) {
      seen.push(new TextDecoder().decode(line));
    }
  }, Deno.errors.ConnectionReset);
  assertEquals(seen, ["one", "tw"]);
});

Deno.test({
  name: "encodeLine() adds the line feed, isBye() knows the last line",
  permissions: "none",
}, () => {
  const bye = encode("bye");
  assertEquals(encodeLine(bye), encode("bye\n"));
  assertEquals(isBye(bye), true);
  for (const text of ["", "Bye", "bye ", "goodbye"]) {
    assertEquals(isBye(encode(text)), false);
  }
});
