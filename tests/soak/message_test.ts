import { assert, assertEquals } from "@std/assert";
import { Latencies } from "./latency.ts";
import { Ledger, MESSAGE_BYTES } from "./message.ts";
import { restLines } from "./verdict.ts";

/** Four messages, in pieces to put together anew. */
function sent(): { ledger: Ledger; messages: Uint8Array[] } {
  const ledger = new Ledger(7);
  const bytes = ledger.write(4);
  const messages = [0, 1, 2, 3].map((index) =>
    bytes.slice(index * MESSAGE_BYTES, (index + 1) * MESSAGE_BYTES)
  );
  return { ledger, messages };
}

function counts(ledger: Ledger): Record<string, number | boolean> {
  const { whole, changed, reordered, skipped, awaited, isTorn } = ledger;
  return { whole, changed, reordered, skipped, awaited, isTorn };
}

const FINE = {
  whole: 4,
  changed: 0,
  reordered: 0,
  skipped: 0,
  awaited: 0,
  isTorn: false,
};

Deno.test({
  name: "Ledger: what comes back as it was sent is whole, however it is cut",
  permissions: "none",
}, () => {
  for (const size of [1, 63, 64, 65, 200, 256]) {
    const { ledger, messages } = sent();
    const bytes = messages.flatMap((message) => [...message]);
    let replies = 0;
    for (let at = 0; at < bytes.length; at += size) {
      replies += ledger.read(Uint8Array.from(bytes.slice(at, at + size)));
    }
    assertEquals(counts(ledger), FINE);
    assertEquals(replies, 4);
  }
});

Deno.test({
  name: "Ledger tells lost, changed, reordered, doubled and torn apart",
  permissions: "none",
}, () => {
  const flipped = (message: Uint8Array, at: number) =>
    message.map((byte, index) => index === at ? byte ^ 1 : byte);
  const cases: [
    what: string,
    come: (messages: Uint8Array[]) => Uint8Array[],
    expected: Partial<typeof FINE>,
  ][] = [
    ["lost", ([a, _, c, d]) => [a, c, d], { whole: 3, skipped: 1 }],
    ["lost at the end", ([a, b]) => [a, b], { whole: 2, awaited: 2 }],
    ["reordered", ([a, b, c, d]) => [a, c, b, d], { reordered: 1 }],
    ["twice", ([a, b, c, d]) => [a, a, b, c, d], { changed: 1 }],
    ["unasked", (all) => [...all, new Uint8Array(64)], { changed: 1 }],
    ...[0, 5, 30, 63].map((at): typeof cases[number] => [
      `changed at ${at}`,
      ([a, b, c, d]) => [a, flipped(b, at), c, d],
      { whole: 3, changed: 1 },
    ]),
    [
      "another connection's",
      ([a, _, c, d]) => [a, new Ledger(8).write(2).subarray(64), c, d],
      { whole: 3, changed: 1 },
    ],
    [
      "torn",
      ([a, b, c, d]) => [a, b, c, d.subarray(0, 10)],
      { whole: 3, awaited: 1, isTorn: true },
    ],
    [
      "a byte is missing",
      ([a, b, c, d]) => [a, b.subarray(1), c, d],
      { whole: 1, changed: 2, awaited: 1, isTorn: true },
    ],
  ];
  for (const [what, come, expected] of cases) {
    const { ledger, messages } = sent();
    for (const bytes of come(messages)) ledger.read(bytes);
    assertEquals(counts(ledger), { ...FINE, ...expected }, what);
  }
});

Deno.test({
  name: "Latencies: percentiles are right within 3 %, the maximum exactly",
  permissions: "none",
}, () => {
  const halves = [new Latencies(), new Latencies()];
  for (let ms = 1; ms <= 1000; ms++) halves[ms % 2].add(ms, 10);
  const all = new Latencies();
  for (const half of halves) all.addAll(half);
  for (const share of [0.01, 0.5, 0.99]) {
    const error = all.percentile(share) / (share * 1000) - 1;
    assert(Math.abs(error) < 0.03, `${share}: ${error}`);
  }
  assertEquals(all.percentile(1), 1000);
  assertEquals(all.maxMs, 1000);
});

Deno.test({
  name:
    "restLines() judges memory by its peak, and by its growth over a minute",
  permissions: "none",
}, () => {
  const MB = 2 ** 20;
  const failed = (ms: number, megabytes: number[]) => {
    const samples = megabytes.map((one) => ({
      descriptors: 30,
      resident: one * MB,
    }));
    return restLines(ms, samples[0], samples, samples[0])
      .filter(({ isOk }) => isOk === false).map(({ name }) => name);
  };
  assertEquals(failed(60_000, [100, 100, 100, 109, 109, 109]), []);
  assertEquals(failed(60_000, [100, 100, 100, 111, 111, 111]), ["growth"]);
  assertEquals(failed(5_000, [100, 100, 100, 111, 111, 111]), []);
  assertEquals(failed(60_000, [250, 257, 250]), ["resident memory, peak"]);
});
