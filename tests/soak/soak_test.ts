import { assert, assertEquals, assertMatch } from "@std/assert";
import { Child, type Result } from "../child.ts";

const DENO = Deno.execPath();
const PERMISSIONS = { run: [DENO, "sh"] };
const SOAK = new URL("soak.ts", import.meta.url).href;
const FAULTY = new URL("faulty_server.ts", import.meta.url).href;
/** `soak` as its task starts it: it may run any program, and end it. */
const FLAGS = [
  ...["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1"],
  ...["--allow-read=.", "--allow-run", SOAK],
];
const SMALL = ["--idle", "50", "--active", "20", "--messages", "2000"];

function soak(...args: string[]): Child {
  return new Child(DENO, [...FLAGS, ...args], { limitMs: 90_000 });
}

/** The names in the table whose lines end with `verdict`. */
function names(stdout: string, verdict: string): string[] {
  return stdout.split("\n").filter((line) => line.endsWith("  " + verdict))
    .map((line) => line.split("  ")[0]);
}

Deno.test({
  name: "soak: our echo server reaches every bar, at a small scale",
  permissions: PERMISSIONS,
}, async () => {
  await using child = soak(...SMALL);
  const { code, stdout, stderr } = await child.result;
  assertEquals(names(stdout, "FAILED"), [], stdout + stderr);
  assertEquals(code, 0, stdout + stderr);
  assertMatch(stdout, /^messages {2,}2,000 +>= 2,000 +ok$/m);
  assertMatch(stdout, /^idle connections alive {2,}50 +50 +ok$/m);
  const judged = names(stdout, "ok");
  for (
    const name of [
      ...["lost", "changed", "reordered", "active connections"],
      "not echoed in full",
      ...Deno.build.os === "windows"
        ? []
        : ["shutdown under load", "its exit code"],
      ...Deno.build.os === "linux"
        ? ["resident memory, peak", "descriptors after the load"]
        : [],
    ]
  ) assert(judged.includes(name), `${name} in\n${stdout}`);
});

/** Which lines fail for a server with a fault. */
const FAULTS: [fault: string, failed: string[]][] = [
  ["none", []],
  ["changes", ["changed", "replies torn, changed, out of order"]],
  ["swaps", ["reordered", "replies torn, changed, out of order"]],
  ["loses", ["lost", "replies torn, changed, out of order"]],
  ["shortens", ["not echoed in full"]],
  ["hurries", ["idle connections alive", "not echoed in full"]],
  ["leaks", ["descriptors after the load"]],
  ["fails", ["its exit code"]],
  ["stays", ["shutdown under load", "its exit code"]],
  ["tears", ["replies torn, changed, out of order"]],
];

function withFault(fault: string): Promise<Result> {
  const child = soak(
    ...SMALL,
    ...["--minutes", "0.02", "--patience", "5", "--"],
    ...[DENO, "run", "--no-prompt", "--allow-net=127.0.0.1"],
    ...[FAULTY, "{port}", fault],
  );
  return child.result;
}

Deno.test({
  name: "soak finds the fault of a server that has one, and nothing else",
  permissions: PERMISSIONS,
  ignore: Deno.build.os !== "linux",
}, async () => {
  const results = await Promise.all(FAULTS.map(([fault]) => withFault(fault)));
  FAULTS.forEach(([fault, failed], index) => {
    const { code, stdout, stderr } = results[index];
    assertEquals(names(stdout, "FAILED"), failed, fault + stdout + stderr);
    assertEquals(code, failed.length > 0 ? 1 : 0);
  });
});

Deno.test({
  name: "soak goes on to its end when a hostile peer has ended the server",
  permissions: PERMISSIONS,
  ignore: Deno.build.os === "windows",
}, async () => {
  const { code, stdout, stderr } = await withFault("quits");
  assertMatch(stdout, /it had ended before .* FAILED/, stderr);
  assertMatch(stdout, /^idle connections alive +0 +50 +FAILED$/m);
  assertEquals(code, 1);
});

Deno.test({
  name: "soak names the limit of descriptors that it needs, and exits with 71",
  permissions: PERMISSIONS,
  ignore: Deno.build.os === "windows",
}, async () => {
  const command = [DENO, ...FLAGS, "--idle", "400", "--active", "5"];
  await using child = new Child("sh", [
    ...["-c", 'ulimit -n 300 && exec "$@"', "sh", ...command],
  ], { limitMs: 60_000 });
  const { code, stdout, stderr } = await child.result;
  assertEquals(code, 71, stdout + stderr);
  assertMatch(stderr, /hard limit of 1024 \(ulimit -Hn 1024\)/);
  assertEquals([code, stdout], [71, ""]);
});

Deno.test({
  name: "soak refuses a wrong command line with exit code 64",
  permissions: PERMISSIONS,
}, async () => {
  const cases: [string[], RegExp][] = [
    [["--idle", "many"], /--idle: "many" is not a whole number/],
    [["--minutes", "0"], /--minutes: "0" is not a time/],
    [["--mesages", "1"], /unknown option "--mesages"/],
    [["extra"], /unexpected argument "extra"/],
    [["--"], /no command behind --/],
    [["--", "no-such-program"], /no program "no-such-program"/],
  ];
  await Promise.all(cases.map(async ([args, words]) => {
    await using child = soak(...args);
    const { code, stdout, stderr } = await child.result;
    assertEquals([code, stdout], [64, ""], stderr);
    assertMatch(stderr, words);
  }));
});

Deno.test({
  name: "soak says why a server does not listen",
  permissions: PERMISSIONS,
}, async () => {
  await using child = soak("--", DENO, "eval", "throw new Error('no luck')");
  const { code, stderr } = await child.result;
  assertMatch(stderr, /the server ended with exit code 1: .*\n *hint: .*port/);
  assertEquals(code, 69);
});

Deno.test({
  name: "soak ends at once at Ctrl+C, and its server with it",
  permissions: { ...PERMISSIONS, net: ["127.0.0.1"] },
  ignore: Deno.build.os === "windows",
}, async () => {
  await using child = soak(...SMALL, "--minutes", "1");
  await child.line(/^3 s: [\d,]+ messages echoed/);
  const start = performance.now();
  child.kill("SIGINT");
  // Its server holds the other end of its pipes no more, or this would wait.
  assertEquals((await child.result).code, 130);
  assert(performance.now() - start < 3000);
});
