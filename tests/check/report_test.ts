import { assert, assertEquals, assertMatch } from "@std/assert";
import { setColorEnabled } from "@std/fmt/colors";
import { firstDifference, nameAt, sideBySide } from "../../lib/check/bytes.ts";
import type { Report } from "../../lib/check/check.ts";
import { collect } from "../../lib/check/collect.ts";
import {
  count,
  jsonText,
  pretty,
  toJson,
  toJunit,
} from "../../lib/check/report.ts";
import { temporaryFolder } from "../folder.ts";

setColorEnabled(false);
const encode = (text: string) => new TextEncoder().encode(text);

const about = {
  tier: "strict",
  title: "does it",
  why: "RFC 862 says so.",
  readOn: "recv(2)",
  hint: "Use a loop.",
  ms: 12,
} as const;

const REPORT: Report = {
  schema: "sdn_lab/check/1",
  exercise: "echo_server",
  sheet: "4.2.6",
  subject: "python3 \x1b[2J<mine>.py",
  tier: "strict",
  verdicts: [
    { ...about, id: "echo-reply", outcome: "passed" },
    {
      ...about,
      id: "echo-loop",
      outcome: "failed",
      finding: "the server closed after 5 of 9 bytes",
      evidence: { expected: encode("long\nline"), received: encode("long\r") },
      likely: "it reads once",
    },
    { ...about, id: "echo-pieces", outcome: "skipped", finding: "it needs x" },
  ],
};

Deno.test({
  name:
    "pretty() teaches: what, the bytes, the likely cause, why, where to read on",
  permissions: "none",
}, () => {
  const text = pretty(REPORT, false);
  for (
    const part of [
      "python3 \\x1b[2J<mine>.py",
      "ok   echo-reply",
      "FAIL echo-loop",
      "Found: the server closed after 5 of 9 bytes",
      "first difference at byte 4: expected newline (LF), received carriage return (CR)",
      "Likely: it reads once",
      "Rule: RFC 862 says so.",
      "Read on: recv(2)",
      "skip echo-pieces",
      "1 passed, 1 failed, 1 skipped",
    ]
  ) assert(text.includes(part), `${part}\n${text}`);
  assert(!text.includes("Use a loop."));
  assert(pretty(REPORT, true).includes("Hint: Use a loop."));
});

Deno.test({
  name:
    "sideBySide() shows both in hexadecimal and text, and marks the difference",
  permissions: "none",
}, () => {
  assertEquals(sideBySide(encode("Test message"), encode("Test massage")), [
    "byte    expected                                received",
    "0       54 65 73 74 20 6d 65 73 Test mes        54 65 73 74 20 6d 61 73 Test mas",
    "                          ^^                                      ^^",
    "first difference at byte 6: expected b'e', received b'a'",
    "8       73 61 67 65             sage            73 61 67 65             sage",
  ]);
  assertEquals(sideBySide(encode("a"), encode("a")), []);
  assertEquals(firstDifference(encode("ab"), encode("abc")), 2);
});

Deno.test({
  name: "nameAt() names what cannot be seen",
  permissions: "none",
}, () => {
  const cases: [Uint8Array, number, string][] = [
    [encode("\r\n"), 0, "carriage return, newline (CR LF)"],
    [encode("\n"), 0, "newline (LF)"],
    [encode("\ufeffx"), 0, "a byte order mark (BOM)"],
    [encode("বা"), 0, "ব, a character of 3 bytes"],
    [encode("বা"), 1, "ব, a character of 3 bytes, its byte 2"],
    [encode("é"), 1, "é, a character of 2 bytes, its byte 2"],
    [encode("😀"), 0, "😀, a character of 4 bytes"],
    [encode("\u009b2J"), 0, "\\x9b, a character of 2 bytes"],
    [encode("\u202e"), 0, "\\u{202e}, a character of 3 bytes"],
    [new Uint8Array([0xff]), 0, "b'\\xff'"],
    [new Uint8Array([0xc3, 0xa9, 0x80]), 2, "b'\\x80'"],
    [encode("x"), 1, "the end (1 bytes)"],
  ];
  for (const [bytes, at, name] of cases) assertEquals(nameAt(bytes, at), name);
});

Deno.test({
  name: "toJson() and toJunit() hold every rule with its outcome",
  permissions: "none",
}, () => {
  const json = JSON.parse(JSON.stringify(toJson(REPORT)));
  assertEquals(json.schema, "sdn_lab/check/1");
  assertEquals(json.counts, { passed: 1, failed: 1, skipped: 1 });
  assertEquals(json.verdicts[1].evidence.received, {
    length: 5,
    hex: "6c6f6e670d",
  });
  assertEquals(count(REPORT, REPORT).failed, 2);
  const xml = toJunit([REPORT]);
  assertMatch(xml, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites>/);
  assertMatch(xml, /tests="3" failures="1" skipped="1"/);
  assertMatch(xml, /&lt;mine&gt;/);
  assertMatch(
    xml,
    /name="echo-loop" time="0\.012"><failure message="the server/,
  );
  assert(!xml.includes("\x1b"));
});

Deno.test({
  name:
    "toJunit() and jsonText() hold no character that XML or a terminal does not bear",
  permissions: "none",
}, () => {
  const finding = "\x1b[2J \x9b31m \u202e \ufffe\uffff \u{e0001} বাংলা 😀";
  const verdicts = [{
    ...REPORT.verdicts[0],
    outcome: "failed",
    finding,
  }] as const;
  const report: Report = { ...REPORT, verdicts: [...verdicts] };
  const json = jsonText(toJson(report));
  assertEquals(JSON.parse(json).verdicts[0].finding, finding);
  const text =
    "\\u001b[2J \\u009b31m \\u202e \ufffe\uffff \\udb40\\udc01 বাংলা 😀";
  assert(json.includes(text), json);
  const xml = toJunit([report]);
  assertMatch(xml, /message="[^"]*\\ufffe\\uffff/);
  assert(!/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(xml), xml);
});

Deno.test("collect() makes one table, and names what is no report", async () => {
  await using folder = await temporaryFolder();
  const write = (name: string, text: string | Uint8Array) =>
    Deno.writeFile(
      `${folder.path}/${name}`,
      typeof text === "string" ? encode(text) : text,
    );
  const json = JSON.stringify(toJson(REPORT));
  const inUtf16 = new Uint8Array(
    Uint16Array.from(`\ufeff${json}`, (one) => one.charCodeAt(0)).buffer,
  );
  await write("anna.json", json);
  await write("=cmd.json", `[${json}]`);
  await write("bom.json", `\ufeff${json}`);
  await write("powershell.json", inUtf16);
  await write("broken.json", json.slice(0, 40));
  await Deno.mkdir(`${folder.path}/folder.json`);
  const schema = '"schema": "sdn_lab/check/1"';
  await write("null.json", `{${schema}, "exercise": "x", "verdicts": [null]}`);
  await write("other.json", '{"schema": "something else"}');
  await write("notes.txt", "not looked at");
  const { csv, rows, skipped } = await collect([folder.path]);
  assertEquals(rows, 4);
  const outcomes = "echo_server,1,1,passed,failed,skipped";
  assertEquals(csv.split("\r\n"), [
    "student,exercise,passed,failed,echo-reply,echo-loop,echo-pieces",
    `'=cmd,${outcomes}`,
    `anna,${outcomes}`,
    `bom,${outcomes}`,
    `powershell,${outcomes}`,
    "",
  ]);
  assertEquals(skipped.length, 4);
  assertMatch(skipped[0], /broken\.json: /);
  assertMatch(skipped[1], /folder\.json: it is no file/);
  assertMatch(skipped[2], /null\.json: it is no report/);
  assertMatch(skipped[3], /other\.json: it is no report/);
  // Excel reads a table as UTF-8 if it begins with a byte order mark.
  await write("অনিতা.json", json);
  const { csv: marked } = await collect([folder.path]);
  assertEquals(marked.slice(0, 8), "\ufeffstudent");
});
