import { assert, assertEquals, assertMatch } from "@std/assert";
import { Program } from "../../lib/check/program.ts";
import { has } from "../interop/peer.ts";
import { idsOf, judged, python } from "./judged.ts";

/** Programs that do something else than serve, and what is said of them. */
const NUISANCES: [nuisance: string, script: string, finding: RegExp][] = [
  [
    "ends at once",
    "import sys; sys.exit('I give up')",
    /ended with exit code 1 and was not listening at .*: I give up/,
  ],
  [
    "never listens",
    "import time; time.sleep(60)",
    /the program runs, but nothing listened at 127\.0\.0\.1:\d+ within 5 s/,
  ],
  [
    "listens at another port",
    "import socket; socket.create_server(('127.0.0.1', 0)).accept()",
    /nothing listened at/,
  ],
  [
    "answers with garbage",
    `
import os, socket, sys
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    server.accept()[0].sendall(os.urandom(100))
`,
    /differs from byte 0|reset the connection|goes on after/,
  ],
  [
    "floods its output",
    `
import socket, sys
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    print("x" * 65536)
`,
    /fell silent after 0 of 33 bytes/,
  ],
  [
    "ignores SIGTERM",
    `
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(60)
`,
    /nothing listened at/,
  ],
];

Deno.test({
  name: "check gives a clear verdict on a program that does something else",
  ignore: !has("python3"),
}, async () => {
  const start = performance.now();
  await Promise.all(NUISANCES.map(async ([nuisance, script, finding]) => {
    const verdicts = await judged(
      "echo_server",
      python(script, "{host}", "{port}"),
      "basic",
    );
    assertEquals(idsOf(verdicts, "failed"), ["echo-reply"], nuisance);
    assertMatch(verdicts[0].finding ?? "", finding, nuisance);
  }));
  assert(performance.now() - start < 15_000);
});

Deno.test("check says that there is no such program", async () => {
  const [verdict] = await judged("echo_server", {
    command: ["no-such-program", "{port}"],
  }, "basic");
  assertEquals(verdict.finding, 'there is no program "no-such-program"');
});

Deno.test({
  name: "Program ends what it started, children too, and what ignores SIGTERM",
  ignore: Deno.build.os === "windows",
}, async () => {
  const program = new Program([
    "sh",
    "-c",
    'trap "" TERM; sleep 60 & echo $!; wait; sleep 60',
  ], {});
  while (!/\d+\n/.test(program.stdout)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const child = Number(program.stdout);
  await program[Symbol.asyncDispose]();
  assertEquals((await program.ending).code, 137);
  // A signal that does nothing tells whether the child is still there.
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `ps -o stat= -p ${child} | grep -v Z; true`],
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "");
});

Deno.test("Program fills in its command line, and keeps only some output", async () => {
  await using program = new Program(
    ["sh", "-c", "echo {port} {other}; yes | head -c 3000000"],
    { port: "9900" },
  );
  await program.endInput();
  const { stdout } = await program.ending;
  assert(stdout.startsWith("9900 {other}\n"));
  assert(stdout.length < 400_000, `${stdout.length}`);
});
