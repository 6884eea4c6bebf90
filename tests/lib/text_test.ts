import { assert, assertEquals } from "@std/assert";
import { bytesRepr, visible, visibleBytes, wrap } from "../../lib/text.ts";
import { has } from "../interop/peer.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test({
  name: "bytesRepr() writes bytes as Python's repr does",
  permissions: "none",
}, () => {
  const cases: [string, string][] = [
    ["", "b''"],
    ["Hello, world", "b'Hello, world'"],
    ["it's", `b"it's"`],
    [`it's "so"`, `b'it\\'s "so"'`],
    ["tab\tline\ncr\rback\\", "b'tab\\tline\\ncr\\rback\\\\'"],
    ["é\x1b\x7f\0", "b'\\xc3\\xa9\\x1b\\x7f\\x00'"],
  ];
  for (const [text, repr] of cases) assertEquals(bytesRepr(encode(text)), repr);
});

Deno.test({
  name: "bytesRepr() agrees with python3 on every byte and on quotes",
  permissions: { run: ["python3"] },
  ignore: !has("python3"),
}, () => {
  const samples = [
    ...Array.from({ length: 256 }, (_, byte) => [byte]),
    [39, 34],
    [39],
    [34],
    [92, 39],
  ];
  const program = `import json; print(json.dumps([repr(bytes(s)) for s in ${
    JSON.stringify(samples)
  }]))`;
  const { stdout } = new Deno.Command("python3", { args: ["-c", program] })
    .outputSync();
  assertEquals(
    samples.map((sample) => bytesRepr(new Uint8Array(sample))),
    JSON.parse(new TextDecoder().decode(stdout)),
  );
});

Deno.test({
  name: "bytesRepr() and visible() cut what is too long, and count it",
  permissions: "none",
}, () => {
  const repr = bytesRepr(new Uint8Array(1_000_000).fill(97));
  assert(repr.endsWith("'… (1000000 bytes)") && repr.length < 5000);
  const text = visible("a".repeat(1_000_000));
  assert(text.endsWith("a… (1000000 characters)") && text.length < 70_000);
});

Deno.test({
  name: "visible() shows what a terminal would act on as an escape",
  permissions: "none",
}, () => {
  const cases: [string, string][] = [
    ["plain text, ünïcode, বাংলা, 漢字", "plain text, ünïcode, বাংলা, 漢字"],
    ["\x1b[2J", "\\x1b[2J"],
    ["\x1b]0;title\x07", "\\x1b]0;title\\x07"],
    ["\x9b31m", "\\x9b31m"],
    ["a\rb\bc\td\n", "a\\rb\\x08c\\td\\n"],
    ["\u202eevil\u2066", "\\u{202e}evil\\u{2066}"],
    ["zero\u200bwidth\ufeff\u2060", "zero\\u{200b}width\\u{feff}\\u{2060}"],
    ["a\u200db\u200c", "a\\u{200d}b\\u{200c}"],
    ["line\u2028par\u2029", "line\\u{2028}par\\u{2029}"],
    ["half \ud800", "half \\u{d800}"],
    ["র‍্যাব ক্‌ষ 👩‍💻", "র‍্যাব ক্‌ষ 👩‍💻"],
  ];
  for (const [text, shown] of cases) assertEquals(visible(text), shown);
});

Deno.test({
  name:
    "visible() lets no control, format or bidirectional character through, wherever it stands",
  permissions: "none",
}, () => {
  for (let code = 0; code < 0x11_0000; code++) {
    const character = String.fromCodePoint(code);
    if (!/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(character)) continue;
    const shown = visible(`a${character}`);
    assert(/^a\\[xutnr]/.test(shown), code.toString(16));
  }
});

Deno.test({
  name: "visibleBytes() decodes UTF-8 and shows any other byte as an escape",
  permissions: "none",
}, () => {
  const cases: [number[], string][] = [
    [[], ""],
    [[0xe0, 0xa6, 0xac], "ব"],
    [[0xf0, 0x9f, 0x98, 0x80], "😀"],
    [[0x61, 0xff, 0x62], "a\\xffb"],
    [[0xe2, 0x82, 0x61], "\\xe2\\x82a"], // a character cut off
    [[0xc0, 0x80], "\\xc0\\x80"], // overlong
    [[0xed, 0xa0, 0x80], "\\xed\\xa0\\x80"], // half of a surrogate pair
    [[0xf5, 0x80, 0x80, 0x80], "\\xf5\\x80\\x80\\x80"], // beyond U+10FFFF
    [[0xef, 0xbb, 0xbf], "\\u{feff}"], // the BOM is not swallowed
    [[0x1b, 0x5b, 0xff], "\\x1b[\\xff"],
  ];
  for (const [bytes, shown] of cases) {
    assertEquals(visibleBytes(new Uint8Array(bytes)), shown);
  }
});

Deno.test({
  name:
    "visibleBytes() lets no raw control byte through, whatever the bytes are",
  permissions: "none",
}, () => {
  for (let round = 0; round < 200; round++) {
    const bytes = crypto.getRandomValues(new Uint8Array(200));
    const shown = visibleBytes(bytes);
    // deno-lint-ignore no-control-regex -- these are what must not be there
    assert(!/[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(shown), shown);
  }
});

Deno.test({
  name: "wrap() fills paragraphs, and keeps those with indented lines",
  permissions: "none",
}, () => {
  assertEquals(
    wrap("one two\nthree four\n\n  kept   as\n  it is", 9),
    "one two\nthree\nfour\n\n  kept   as\n  it is".trim(),
  );
});
