import { assert, assertEquals, assertMatch } from "@std/assert";
import { EXERCISES } from "../../exercises/lab.ts";
import { checkable } from "../../lib/check/check.ts";
import { Child, serve } from "../child.ts";
import { temporaryFolder } from "../folder.ts";
import { has } from "../interop/peer.ts";
import { processes } from "../processes.ts";
import { command, idsOf, judged, LAB, python } from "./judged.ts";

Deno.test("check --all --json: our own programs keep every rule", async () => {
  await using child = command(["--all", "--json"]);
  const { code, stdout, stderr } = await child.result;
  assertEquals([code, stderr], [0, ""], stdout);
  const reports = JSON.parse(stdout);
  assertEquals(
    reports.map((one: { exercise: string }) => one.exercise),
    checkable(EXERCISES).map(({ exercise }) => exercise.id),
  );
  for (const { schema, tier, counts, verdicts } of reports) {
    assertEquals([schema, tier, counts.failed], [
      "sdn_lab/check/1",
      "strict",
      0,
    ]);
    assertEquals(counts.passed + counts.skipped, verdicts.length);
  }
});

Deno.test("check lists what can be checked, and explains itself", async () => {
  await using list = command();
  assertMatch(
    (await list.result).stdout,
    /^4\.2\.6 +echo_server +2 basic, 10/m,
  );
  for (const flag of ["--help", "-h"]) {
    await using help = command([flag]);
    assertMatch(
      (await help.result).stdout,
      /-- python3 echo_server\.py "\{host\}"/,
    );
  }
});

Deno.test("check refuses a wrong command line with exit code 64", async () => {
  const cases: [string[], RegExp][] = [
    [["echo_sever"], /there is no exercise "echo_sever"/],
    [["questions"], /questions cannot be checked/],
    [["echo_server", "--"], /no command behind --/],
    [["echo_server", "extra"], /unexpected argument "extra"/],
    [["echo_client", "--target", "127.0.0.1:1"], /no server/],
    [["echo_server", "--target", "x"], /"x" is not a host and a port/],
    [["echo_server", "--target", "127.0.0.1:0"], /"0" is not a port/],
    [["echo_server", "--target", "127.0.0.1:1", "--", "x"], /not both/],
    [["collect"], /collect needs/],
    [["--json"], /needs the name or number/],
    [["--target", "127.0.0.1:1"], /needs the name or number/],
    [["--", "python3", "x.py"], /needs the name or number/],
    [["--all", "echo_client"], /takes no name/],
    [["--all", "--", "true"], /takes no name/],
  ];
  await Promise.all(cases.map(async ([args, words]) => {
    await using child = command(args);
    const { code, stdout, stderr } = await child.result;
    assertEquals([code, stdout], [64, ""], stderr);
    assertMatch(stderr, words);
  }));
});

Deno.test("check under another task ends with exit code 77, and names its own", async () => {
  const cases: [string[], string[]][] = [
    [["--allow-run"], ["function"]],
    [["--allow-net"], ["function"]],
    [["--allow-read"], ["collect", ".", "--csv", "x.csv"]],
  ];
  for (const [flags, args] of cases) {
    await using child = new Child(Deno.execPath(), [
      ...["run", "--quiet", "--no-prompt", ...flags, LAB, "check", ...args],
    ]);
    const { code, stdout, stderr } = await child.result;
    assertEquals([code, stdout], [77, ""]);
    assertMatch(
      stderr,
      /^lab: check needs permissions .*: --allow-.*\nhint: .* deno task check;/,
    );
  }
});

Deno.test("check --target checks a server that runs already, and leaves it running", async () => {
  await using server = await serve("echo_server", ["--quiet"]);
  await using child = command([...[
    "echo_server",
    "--strict",
    "--target",
    `127.0.0.1:${server.port}`,
  ]]);
  const { code, stdout } = await child.result;
  assertEquals(code, 0, stdout);
  assertMatch(stdout, /skip echo-log-count .*console cannot be seen/);
  assertMatch(stdout, /11 passed, 0 failed, 1 skipped/);
  await using client = command(["echo_server", "--target", `127.0.0.1:1`]);
  const refused = await client.result;
  assertEquals(refused.code, 1);
  assertMatch(refused.stdout, /Found: nothing is listening at 127\.0\.0\.1:1/);
});

Deno.test({
  name:
    "check ends with 1 where a rule fails, and writes JUnit XML and the table of a class",
  ignore: !has("python3"),
}, async () => {
  await using here = await temporaryFolder();
  await using child = command([...[
    "function",
    "--junit",
    `${here.path}/x.xml`,
    "--json",
    "--",
  ], ...["python3", "-c", "print('Hello World')"]]);
  const { code, stdout } = await child.result;
  assertEquals(code, 1);
  const report = JSON.parse(stdout);
  assertEquals(report.verdicts[0].outcome, "failed");
  assertMatch(await Deno.readTextFile(`${here.path}/x.xml`), /failures="1"/);
  await Deno.writeTextFile(`${here.path}/anna.json`, stdout);
  await Deno.writeTextFile(`${here.path}/bad.json`, "\x1b[2J");
  await using table = command([...[
    "collect",
    here.path,
    "--csv",
    `${here.path}/class.csv`,
  ]]);
  const { code: tableCode, stderr } = await table.result;
  assertEquals(tableCode, 0);
  assertMatch(stderr, /^skipped .*bad\.json: .*\\x1b\[2J.*\n$/);
  assertEquals(
    await Deno.readTextFile(`${here.path}/class.csv`),
    "student,exercise,passed,failed,console-lines\r\nanna,function,0,1,failed\r\n",
  );
});

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** Whether any process of a group still runs. */
async function isRunning(group: string): Promise<boolean> {
  return (await processes()).some((one) => one.group === Number(group));
}

const ENDS: [signal: Deno.Signal | undefined, exitCode: number][] = [
  [undefined, 1],
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGTSTP", 148],
];

Deno.test({
  name:
    "check ends what it has started, children too, in the end and when it is asked to end",
  ignore: Deno.build.os === "windows",
}, async () => {
  await using here = await temporaryFolder();
  await Promise.all(ENDS.map(async ([signal, exitCode]) => {
    const mark = `${here.path}/${signal}`;
    const script = `trap "" TERM; sleep 60 & echo $$ > "$0"; sleep 60`;
    await using child = command([
      ...["echo_server", "--junit", `${mark}.xml`],
      ...["--", "sh", "-c", script, mark],
    ]);
    let group = "";
    for (let looks = 0; !group; looks++) {
      assert(looks < 1000, "it did not start");
      await new Promise((resolve) => setTimeout(resolve, 20));
      group = (await Deno.readTextFile(mark).catch(() => "")).trim();
    }
    assert(await isRunning(group));
    if (signal) child.kill(signal);
    assertEquals((await child.result).code, exitCode);
    assert(!await isRunning(group));
    assertEquals(await exists(`${mark}.xml`), signal === undefined);
  }));
});

Deno.test({
  name:
    "check gives its verdict once the program has ended, and ends what has a session of its own",
  ignore: Deno.build.os !== "linux" || !has("python3"),
}, async () => {
  await using here = await temporaryFolder();
  for (const output of ["None", "subprocess.DEVNULL"]) {
    const mark = `${here.path}/${output}`;
    const [verdict] = await judged(
      "function",
      python(`
import subprocess
daemon = subprocess.Popen(
    ["sleep", "60"], start_new_session=True, stdout=${output}, stderr=${output})
open("${mark}", "w").write(str(daemon.pid))
print("hello world")
`),
      "basic",
    );
    assertEquals([verdict.outcome, verdict.finding], ["passed", undefined]);
    assert(!await isRunning(await Deno.readTextFile(mark)));
  }
});

Deno.test("check says which file cannot be written or read, before it runs anything", async () => {
  await using here = await temporaryFolder();
  const { path } = here;
  const report = `${path}/report.json`;
  await Deno.writeTextFile(report, "[]");
  const mark = `${path}/started`;
  const own = ["--", "sh", "-c", `echo hello world; touch ${mark}`];
  const cases: [string[], number, string][] = [
    [["4.1.2", "--junit", `${path}/no/x.xml`, ...own], 74, `${path}/no/x.xml`],
    [["4.1.2", "--junit", path, ...own], 74, path],
    [["4.1.2", "--junit", `${report}/x.xml`, ...own], 74, `${report}/x.xml`],
    [["collect", path, "--csv", `${path}/no/c.csv`], 74, `${path}/no/c.csv`],
    [["collect", path, "--csv", path], 74, path],
    [["collect", `${path}/no`, "--csv", `${path}/c.csv`], 65, `${path}/no`],
  ];
  const results = await Promise.all(cases.map(async ([args]) => {
    await using child = command(args);
    return await child.result;
  }));
  for (const [index, { code, stdout, stderr }] of results.entries()) {
    const [, exitCode, file] = cases[index];
    assertEquals([code, stdout], [exitCode, ""], stderr);
    assertMatch(stderr, /^lab: .+\n(hint: choose another file or folder\n)?$/);
    assert(stderr.includes(file), stderr);
  }
  assert(!await exists(mark));
  assert(!await exists(`${path}/c.csv`));
});

Deno.test({
  name: "check finds the console's mistakes of the sheet",
  ignore: !has("python3"),
}, async () => {
  const SHEET = '["127.0.0.1", "192.168.0.1"]';
  const convert = (pack: string, texts = `sys.argv[1:] or ${SHEET}`) =>
    python(`
import binascii, socket, sys
for text in ${texts}:
    packed = ${pack}
    print(f"IP Address: {text} => Packed: {binascii.hexlify(packed)}, Unpacked: {socket.inet_ntoa(packed)}")
`);
  const strict = convert("socket.inet_pton(socket.AF_INET, text)");
  const lenient = convert("socket.inet_aton(text)");
  const both = convert(
    "socket.inet_pton(socket.AF_INET, text)",
    `${SHEET} + sys.argv[1:]`,
  );
  const id = "ip4_address_conversion";
  for (const right of [strict, both]) {
    assertEquals(idsOf(await judged(id, right), "failed"), []);
  }
  const verdicts = await judged(id, lenient);
  assertEquals(idsOf(verdicts, "failed"), ["ip4-dotted-quad"]);
  assertEquals(verdicts.at(-1)?.likely, "it uses inet_aton");

  const shouting = python("print('Hello World')");
  assertEquals(idsOf(await judged("function", shouting), "failed"), [
    "console-lines",
  ]);
  const untidy = python("print('hello world ')");
  assertEquals(idsOf(await judged("function", untidy), "failed"), [
    "console-exact",
  ]);
  const marked = python("print('\\ufeffhello world')");
  assertEquals(idsOf(await judged("function", marked), "failed"), [
    "console-exact",
  ]);
  const accented = python("print('hello world\\xe0')");
  const [{ evidence: shown }] = await judged("function", accented, "basic");
  assertMatch(
    JSON.stringify(shown?.received),
    /"68656c6c6f20776f726c64c3a00a"/,
  );
  const latin1 = python("import os; os.write(1, b'hello w\\xf6rld\\n')");
  const [{ evidence }] = await judged("function", latin1, "basic");
  assertMatch(JSON.stringify(evidence?.received), /"68656c6c6f2077f6726c640a"/);
  const [silent] = await judged("function", python("pass"), "basic");
  assertMatch(JSON.stringify(silent.evidence?.received), /"length":0/);
  const complaining = python(
    "import sys; print('hello world'); sys.exit('no')",
  );
  assertEquals(idsOf(await judged("function", complaining), "failed"), [
    "console-exit",
  ]);
  const first = python(
    "import socket; print('Host name:', socket.gethostname()); print('IP address: 127.0.1.1')",
  );
  const machine = await judged("local_machine_info", first);
  assert(
    ["machine-reachable", undefined].includes(idsOf(machine, "failed")[0]),
    "fails where this machine has an address that others could reach",
  );
  await using folder = await temporaryFolder();
  const once = python(
    `import os, socket, sys; sys.argv[1:] and os.path.exists(sys.argv[1]) and sys.exit(0)
open(sys.argv[1], "w"); print("Host name:", socket.gethostname()); print("IP address: 127.0.1.1")`,
    `${folder.path}/ran`,
  );
  const [shows, reachable] = await judged("local_machine_info", once);
  assertEquals(shows.outcome, "passed");
  if (reachable.outcome !== "skipped") {
    assertMatch(reachable.finding!, /^it shows none, /);
  }
});

Deno.test({
  name:
    "check passes netcat-openbsd what it should: it types, and shows without a label",
  ignore: !has("nc"),
}, async () => {
  const verdicts = await judged("message_client", {
    command: ["nc", "{host}", "{port}"],
  });
  // To netcat, bye is a line like any other.
  assertEquals(
    idsOf(verdicts, "passed"),
    ["message-sends", "message-sends-line"],
  );
  assert(idsOf(verdicts, "failed").includes("message-shows"));
});
