import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Child } from "../child.ts";
import { temporaryFolder } from "../folder.ts";
import { until } from "../until.ts";
import {
  interleave,
  middle,
  pairedRatio,
  rotated,
  type Series,
} from "./measure.ts";
import { aligned, figure, ratio, seriesTable } from "./table.ts";
import { atLeast, atMost, summary } from "./targets.ts";
import { PeerFault } from "./workbench.ts";

const DENO = Deno.execPath();
const BENCH = new URL("bench.ts", import.meta.url).href;

const itself = (value: number) => value;

function series(name: string, ...results: number[]): Series<number> {
  return { name, results };
}

/** The permissions of a test that runs `bench` in a folder of its own. */
const RUNS: Deno.PermissionOptionsObject = {
  run: [DENO],
  read: "inherit",
  write: "inherit",
};

/** `bench` as its task starts it; its own folder will be in `folder`. */
function bench(folder: string, ...args: string[]): Child {
  const flags = [`--allow-run=${DENO},sh`, `--allow-write=${folder}`];
  return new Child(
    DENO,
    ["run", "--quiet", "--no-prompt", ...flags, BENCH, ...args],
    { limitMs: 90_000, env: { TMPDIR: folder, TEMP: folder, TMP: folder } },
  );
}

async function namesIn(folder: string): Promise<string[]> {
  return await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
}

Deno.test({
  name: "rotated() begins with another item each time, and keeps the order",
  permissions: "none",
}, () => {
  const items = ["a", "b", "c"];
  assertEquals(
    [0, 1, 2, 3].map((by) => rotated(items, by).join("")),
    ["abc", "bca", "cab", "abc"],
  );
  assertEquals(rotated([], 2), []);
});

Deno.test({
  name: "interleave() measures each once a round, in another order",
  permissions: "none",
}, async () => {
  const order: string[] = [];
  const all = await interleave(
    [{ name: "a" }, { name: "b" }, { name: "c" }],
    3,
    ({ name }) => order.push(name),
  );
  assertEquals(order.join(""), "abc" + "bca" + "cab");
  assertEquals(all, [
    series("a", 1, 6, 8),
    series("b", 2, 4, 9),
    series("c", 3, 5, 7),
  ]);
});

Deno.test({
  name: "interleave() leaves out who failed, and goes on with the others",
  permissions: "none",
}, async () => {
  let calls = 0;
  const [a, b] = await interleave([{ name: "a" }, { name: "b" }], 3, (one) => {
    if (one.name === "b" && ++calls === 2) throw new PeerFault("it broke");
    return 1;
  });
  assertEquals(a, series("a", 1, 1, 1));
  assertEquals(b, { name: "b", results: [1], fault: "it broke" });
  assertEquals(calls, 2);
  await assertRejects(
    () =>
      interleave([{ name: "a" }], 1, () => {
        throw new TypeError("a bug");
      }),
    TypeError,
  );
});

Deno.test({
  name: "middle() is the median, and none of what failed",
  permissions: "none",
}, () => {
  assertEquals(middle(series("a", 9, 1, 5), itself), 5);
  assertEquals(middle(series("a", 4, 1, 2, 9), itself), 3);
  assertEquals(middle(series("a", 1, 2), (value) => value * 10), 15);
  assertEquals(middle({ ...series("a", 1), fault: "gone" }, itself), NaN);
  assertEquals(middle(undefined, itself), NaN);
});

Deno.test({
  name: "pairedRatio() compares within a round: a slow round changes nothing",
  permissions: "none",
}, () => {
  // The machine was ten times slower in the second round, for both.
  const ours = series("ours", 70, 8, 900);
  const limit = series("C", 100, 10, 1000);
  assertEquals(pairedRatio(ours, limit, itself), 0.8);
  assertEquals(pairedRatio(limit, limit, itself), 1);
  assertEquals(pairedRatio(ours, undefined, itself), NaN);
  const failed = { ...series("C", 100), fault: "gone" };
  assertEquals(pairedRatio(ours, failed, itself), NaN);
  assertEquals(pairedRatio(failed, ours, itself), NaN);
});

Deno.test({
  name: "atLeast() and atMost() hold at the target, and miss without a figure",
  permissions: "none",
}, () => {
  const isOk = [
    atLeast("", 0.95, 0.95),
    atLeast("", 0.949, 0.95),
    atLeast("", NaN, 0.95),
    atMost("", 0, 0),
    atMost("", 0.1, 0),
    atMost("", NaN, 0),
  ].map((verdict) => verdict.isOk);
  assertEquals(isOk, [true, false, false, true, false, false]);
});

Deno.test({
  name: "summary() has a line a figure, with digits enough to tell a near miss",
  permissions: "none",
}, () => {
  const text = summary([
    atLeast("rate: of C", 0.949, 0.95, 0.98),
    atMost("resident: MiB", 78.3, 80),
    atMost("lost", 2, 0),
  ]);
  assertEquals(text.split("\n").slice(1), [
    "rate: of C       0.949  >= 0.95  MISSED        0.980",
    "resident: MiB     78.3  <= 80.0  ok",
    "lost                 2     <= 0  MISSED",
  ]);
});

Deno.test({
  name: "seriesTable() says why a peer has no figures",
  permissions: "none",
}, () => {
  const text = seriesTable([
    series("ours", 12_345.6),
    { ...series("theirs", 1), fault: "it broke" },
  ], [{ head: "rate", text: (one) => figure(middle(one, itself)) }]);
  assertEquals(text.split("\n"), [
    "            rate",
    "  ours    12,346",
    "  theirs          failed: it broke",
  ]);
});

Deno.test({
  name: "figure() and ratio() write short numbers, and none for NaN",
  permissions: "none",
}, () => {
  const values = [0.123, 9.87, 42.42, 1234.5, NaN];
  assertEquals(values.map(figure), ["0.12", "9.87", "42.4", "1,235", "–"]);
  assertEquals([0.805, NaN].map(ratio), ["0.81", "–"]);
  assertEquals(aligned([["a", "bb"], ["ccc", "d"]]), ["a    bb", "ccc   d"]);
});

Deno.test({
  name: "bench: look-ups and start-ups are measured without a compiler",
  permissions: RUNS,
}, async () => {
  await using folder = await temporaryFolder();
  await using child = bench(
    folder.path,
    ...["services", "startup", "--rounds", "1", "--seconds", "0.05"],
  );
  const { code, stdout, stderr } = await child.result;
  assertEquals(code, 0, stdout + stderr);
  assertMatch(stdout, /^ {2}ours +\d+\.\d+ +1\.00$/m);
  assertMatch(stdout, /^ {2}echo_client +[\d.]+ +\d+\.\d+$/m);
  assertMatch(
    stdout,
    /^look-up of a common service: ns +[\d.]+ {2}<= 10\.0 {2}(ok|MISSED)$/m,
  );
  assertEquals(await namesIn(folder.path), []);
});

Deno.test({
  name:
    "bench: our UDP server and resolver are measured, or it is said what is missing",
  permissions: RUNS,
}, async () => {
  await using folder = await temporaryFolder();
  await using child = bench(
    folder.path,
    ...["udp", "dns", "--rounds", "1", "--seconds", "0.05"],
  );
  const { code, stdout, stderr } = await child.result;
  assertEquals(code, 0, stdout + stderr);
  assertEquals(await namesIn(folder.path), []);
  if (/^udp: left out\. .*C compiler/m.test(stdout)) {
    assertMatch(stdout, /^dns: left out\. .* cc$/m);
    return;
  }
  assertMatch(stdout, /^ {2}C epoll +[\d,.]+ +1\.00 /m);
  assertMatch(stdout, /^ {2}ours +[\d,.]+ +\d+\.\d\d /m);
  assertMatch(stdout, /^ {2}Deno\.resolveDns +[\d,.]+/m);
  assertMatch(stdout, /^UDP, 32 datagrams under way: lost +\d+ +<= 0 +/m);
});

Deno.test({
  name: "bench: what there is not to measure is a usage error",
  permissions: RUNS,
}, async () => {
  await using folder = await temporaryFolder();
  await using child = bench(folder.path, "tpc");
  const { code, stderr } = await child.result;
  assertEquals(code, 64);
  assertMatch(stderr, /there is no benchmark "tpc"\nhint: .*tcp, udp/);
});

Deno.test({
  name: "bench: ended by a signal, it leaves no folder and no program behind",
  permissions: { ...RUNS, run: [DENO, "sh"] },
  ignore: Deno.build.os !== "linux",
}, async () => {
  await using folder = await temporaryFolder();
  await using child = bench(folder.path, "startup", "--rounds", "1000");
  await child.line(/^from start to end/);
  let server = "";
  await until(
    async () => (server = await serverOf(child.pid)) !== "",
    "a server is started",
  );
  child.kill("SIGTERM");
  assertEquals((await child.result).code, 143);
  assertEquals(await namesIn(folder.path), []);
  await until(async () => !await isServer(server), "it has ended");
});

// Not ps(1): not every machine has it.
const IS_SERVER = `tr '\\0' ' ' <"$1/cmdline" | grep -q echo_server`;
const SERVER_OF = `
for process in /proc/[0-9]*; do
  read -r _ _ _ ppid _ <"$process/stat" && [ "$ppid" = "$1" ] &&
    tr '\\0' ' ' <"$process/cmdline" | grep -q echo_server && echo "$process"
done`;

/** The folder in /proc of the server that `parent` has started; or "". */
async function serverOf(parent: number): Promise<string> {
  return (await shell(SERVER_OF, String(parent))).stdout.trim();
}

async function isServer(folder: string): Promise<boolean> {
  return (await shell(IS_SERVER, folder)).success;
}

async function shell(
  script: string,
  arg: string,
): Promise<{ success: boolean; stdout: string }> {
  const { success, stdout } = await new Deno.Command("sh", {
    args: ["-c", script, "sh", arg],
    stderr: "null",
  }).output();
  return { success, stdout: new TextDecoder().decode(stdout) };
}
