import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { setColorEnabled } from "@std/fmt/colors";
import { EXERCISES, main } from "../../exercises/lab.ts";
import { runDemo } from "../../lib/demo/demo.ts";
import { explain } from "../../lib/explain.ts";
import { UsageError } from "../../lib/fault.ts";
import { Child } from "../child.ts";
import { printed } from "../console.ts";
import { startAtTerminal } from "../faults/screen.ts";
import { temporaryFolder } from "../folder.ts";
import { has } from "../interop/peer.ts";

setColorEnabled(false);

const LAB = new URL("../../exercises/lab.ts", import.meta.url);
const CHILDREN = { run: [Deno.execPath()] };

/** `lab` as its task starts it. */
function lab(...args: string[]): Child {
  return new Child(Deno.execPath(), [
    "run",
    "--quiet",
    "--no-prompt",
    `--allow-run=${Deno.execPath()}`,
    LAB.href,
    ...args,
  ]);
}

Deno.test({
  name: "lab demo runs every exercise with what it declares, and none fails",
}, async () => {
  await using work = await temporaryFolder();
  const lines: string[] = [];
  const result = await runDemo(EXERCISES, {
    folder: new URL(".", LAB),
    workFolder: work.path,
    print: (line) => lines.push(line),
  });
  const text = lines.join("\n");
  assertEquals(result, [], text);
  for (const { id, sheet } of EXERCISES) {
    assert(text.includes(id), id);
    assert(text.includes(sheet), sheet);
  }
  assertEquals(
    lines.at(-1)?.trim(),
    `${EXERCISES.length} programs ran, 0 failed`,
  );
  for (const line of lines.join("\n").split("\n")) {
    assert(line.length <= 80, line);
  }
  assertMatch(
    text,
    /client │ Received: b'Test message: SDN course examples'/,
  );
  assertMatch(text, /server │ from connected user: শুভ সকাল/);
  assertMatch(
    text,
    /│ Remote host name: www\.python\.org\n│ IP address: 192\.0\.2\./,
  );
});

Deno.test({
  name: "lab demo counts a program that fails, and goes on",
}, async () => {
  await using work = await temporaryFolder();
  const [, first] = EXERCISES;
  const broken = { ...first, demo: { args: ["--nonsense"] } };
  const pair = EXERCISES.filter(({ id }) => id.startsWith("greeting_"));
  const badServer = { ...pair[0], demo: { args: ["--nonsense"] } };
  const lines: string[] = [];
  const failed = await runDemo([broken, badServer, pair[1], first], {
    folder: new URL(".", LAB),
    workFolder: work.path,
    print: (line) => lines.push(line),
  });
  assertEquals(failed, ["function", "greeting_server"]);
  assertMatch(lines.at(-1)!, /^\s*3 programs ran, 2 failed$/);
  assertMatch(lines.join("\n"), /function failed: exit code 64/);
});

Deno.test({
  name: "lab run is not stopped by Ctrl+Z, which its task would not survive",
  ignore: !has("script"),
  permissions: { run: ["script"] },
}, async () => {
  const run = ["run", "--quiet", "--no-prompt", "--allow-run", LAB.href, "run"];
  await using child = startAtTerminal([
    ["set", "-m"], // as in a shell that somebody types into
    [Deno.execPath(), ...run, "message_server", "--port", "0"],
    ["jobs"], // what is stopped
  ]);
  await child.line(/^Listening on/);
  await child.write("\x1abye\n");
  const { stdout } = await child.result;
  assertMatch(stdout, /bye\s+$/);
});

Deno.test({
  name: "lab lists all exercises, and explains them by name and number",
  permissions: "none",
}, async () => {
  const say = async (...args: string[]) =>
    (await printed(() => main(args))).out.join("\n");
  assertEquals(await say(), await say("list"));
  assertMatch(await say("list"), /^4\.1\.1 +create_project /);
  assertMatch(await say("explain", "5.3"), /^Question: 5\.3 .*\n[^]*5-tuple/);
  assert(!(await say("explain", "5.3")).includes("5.4"));
  assertMatch(await say("explain", "4.2.5"), /role of a timeout/);
  assertMatch(await say("explain", "4.2.6"), /Two terminals[^]*count bytes/);
  for (const command of [[], ["list"], ["run"], ["explain"], ["demo"]]) {
    for (const flag of ["--help", "-h"]) {
      assertMatch(await say(...command, flag), /Usage: deno task lab/);
    }
  }
  // As by "deno task demo --help": the task names the folder.
  assertMatch(await say("demo", "/tmp", "--help"), /Usage: deno task lab/);
});

Deno.test({
  name: "lab refuses what it does not know, and suggests the nearest",
  permissions: "none",
}, async () => {
  const cases: [string[], string, string][] = [
    [["lst"], '"lst"', "list"],
    [["run"], "needs a name", "echo_server"],
    [["run", "echo_sever"], '"echo_sever"', "echo_server"],
    [["run", "4.2.6"], "echo_server, echo_client", "name one"],
    [["explain"], "needs a name", "4.2.5"],
    [["explain", "9.9.9"], '"9.9.9"', "lists all"],
    [["explain", "4.2.0"], '"4.2.0"', "did you mean 4.2.1?"],
    [["explain", "4.2"], '"4.2"', "there are 4.2.1, 4.2.2, "],
    [["explain", "What"], '"What"', "lists all"],
    [["demo"], "needs a folder", "deno task demo"],
  ];
  for (const [args, message, hint] of cases) {
    const error = await assertRejects(() => main(args), UsageError, message);
    assert(explain(error).hint?.includes(hint), error.hint);
  }
});

Deno.test({
  name: "lab run passes arguments, input, output and exit code through",
  permissions: CHILDREN,
}, async () => {
  await using good = lab("run", "function_2", "5", "5");
  assertEquals(await good.result, {
    code: 0,
    stdout: "5 is equal to 5\n",
    stderr: "",
  });
  await using bad = lab("run", "4.2.3", "127.1");
  const { code, stderr } = await bad.result;
  assertEquals(code, 65);
  assertMatch(stderr, /^ip4_address_conversion: "127\.1"/);
  // Deno takes an IPv6 address for a permission only in brackets.
  await using address = lab("run", "remote_machine_info", "::1");
  assertMatch((await address.result).stdout, /^IP address: ::1$/m);
  await using unknown = lab("run", "nothing");
  assertEquals((await unknown.result).code, 64);
});

Deno.test({
  name: "lab run widens the permission to the host that is named, and says so",
  permissions: CHILDREN,
  ignore: Deno.build.os === "windows",
}, async () => {
  await using server = lab("run", "echo_server", "--port", "0");
  await server.line(
    /^lab: for these arguments permitted: --allow-net=127\.0\.0\.1:0$/,
  );
  const port = / port (\d+)/.exec(await server.line(/ port \d+/))![1];
  await using client = lab(
    "run",
    "echo_client",
    "--host",
    "localhost",
    "--port",
    port,
  );
  const { code, stderr } = await client.result;
  assertEquals(
    [code, stderr],
    [0, `lab: for these arguments permitted: --allow-net=localhost:${port}\n`],
  );
  server.kill("SIGINT"); // handed on to the server, which ends cleanly
  assertEquals((await server.result).code, 0);
});
