import { assert, assertEquals, assertMatch } from "@std/assert";
import { has } from "../interop/peer.ts";
import { command, idsOf, judged, python } from "./judged.ts";

/** Programs that do something else than serve, and what is said of them. */
const NUISANCES: [nuisance: string, script: string, finding: RegExp][] = [
  [
    "ends at once",
    "import sys; sys.exit('I give up')",
    /was gone, .* listen at .* \(it ended with exit code 1: I give up\)/,
  ],
  [
    "crashes at its first client",
    `
import socket, sys
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
raise ValueError(server.accept()[0].recv(1024)[:4])
`,
    /after 0 of 33 bytes \(it ended with exit code 1: ValueError: b'Test'\)/,
  ],
  [
    "never listens",
    "import time; time.sleep(60)",
    /the program runs, but nothing listened at 127\.0\.0\.1:\d+ within 15 s/,
  ],
  [
    "listens at another port",
    "import socket; socket.create_server(('127.0.0.1', 0)).accept()",
    /nothing listened at/,
  ],
  [
    "answers with garbage",
    `
import socket, sys
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    server.accept()[0].sendall(b"garbage " * 20)
`,
    /differs from byte 0 on/,
  ],
  [
    "says nothing, and ends when it is left",
    `
import socket, sys
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
conn = server.accept()[0]
while conn.recv(1024):
    pass
sys.exit(3)
`,
    /^it fell silent after 0 of 33 bytes$/,
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
  assert(performance.now() - start < 30_000);
});

Deno.test({
  name: "check does not say that a server did not start which has listened",
  ignore: !has("python3"),
}, async () => {
  const script = `
import socket, sys, time
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
conn, address = server.accept()
server.close()
while data := conn.recv(1024):
    conn.sendall(data)
`;
  for (const rest of ["sys.exit(3)", "time.sleep(60)"]) {
    const aim = python(script + rest, "{host}", "{port}");
    const again = (await judged("echo_server", aim, "basic"))[1];
    assertMatch(
      again.finding ?? "",
      /^it listened at .* then no more( \(it ended with exit code 3\))?$/,
    );
    assertEquals(again.likely, undefined);
  }
});

Deno.test({
  name: "check waits for a program that takes its time to listen",
  ignore: !has("python3"),
}, async () => {
  const script = `
import socket, sys, time
time.sleep(6)
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
server.accept()[0].sendall(b"Hello, client")
`;
  const aim = python(script, "{host}", "{port}");
  const verdicts = await judged("greeting_server", aim, "basic");
  assertEquals(idsOf(verdicts, "passed"), ["says"]);
});

Deno.test({
  name: "check lets a python3 program print in UTF-8, whatever the code page",
  ignore: !has("python3"),
}, async () => {
  const script = `
import sys
print("hello world" if sys.stdout.encoding == "utf-8" else sys.stdout.encoding)
`;
  await using child = command(["function", "--", ...python(script).command], {
    PYTHONIOENCODING: "cp1252",
  });
  assertEquals((await child.result).code, 0);
});

Deno.test({
  name: "check says of a program that prints nothing what may hold it back",
  ignore: !has("python3"),
}, async () => {
  const script = `
import socket, sys
sys.stdout = open(1, "w", closefd=False)
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    conn, address = server.accept()
    print("Connection from:", address)
`;
  const aim = python(script, "{host}", "{port}");
  const [verdict] = await judged("message_server", aim, "basic");
  assertMatch(verdict.likely ?? "", /held back in a buffer: flush it/);
});

Deno.test({
  name: "check says of every kind of program how it crashed",
  ignore: !has("python3"),
}, async () => {
  const kinds = ["echo_client", "udp_client", "udp_server", "welcome_client"];
  await Promise.all([...kinds, "local_machine_info"].map(async (kind) => {
    const crash = python("import nothing_like_that", "{host}", "{port}");
    const [verdict] = await judged(kind, crash, "basic");
    assertMatch(
      verdict.finding ?? "",
      / \(it ended with exit code 1: ModuleNotFoundError: .*\)$/,
      kind,
    );
  }));
});

Deno.test({
  name: "check says what failed, and not what a runtime prints behind it",
  ignore: !has("python3"),
}, async () => {
  const crashes = [
    [
      "node:events:502\n      throw er;\n\nError: listen EADDRINUSE\n" +
      "    at Server.setup (node:net:1817:16)\nEmitted 'error' event at:\n" +
      "    at emitErrorNT (node:net:1) {\n  errno: -98\n}\n\nNode.js v20.20.2\n",
      "Error: listen EADDRINUSE",
    ],
    [
      'Exception in thread "main" java.net.BindException: in use\n' +
      "\tat java.base/sun.nio.ch.Net.bind0(Native Method)\n",
      'Exception in thread "main" java.net.BindException: in use',
    ],
    [
      "error: Uncaught (in promise) AddrInUse: Address already in use\n" +
      "    at file:///srv/echo.ts:1:7\n",
      "error: Uncaught (in promise) AddrInUse: Address already in use",
    ],
    ["usage: echo PORT\nbind: in use\n", "bind: in use"],
    ["terminate called\n  what():  no port\n", "  what():  no port"],
  ];
  await Promise.all(crashes.map(async ([stderr, told]) => {
    const script = "import sys; sys.stderr.write(sys.argv[1]); sys.exit(1)";
    const crash = python(script, stderr);
    const [verdict] = await judged("echo_server", crash, "basic");
    const { finding = "" } = verdict;
    assertEquals(finding.split(" (it ended with exit code 1: ")[1], `${told})`);
  }));
});

Deno.test({
  name: "check says of a server that goes on by which error a thread has ended",
  ignore: !has("python3"),
}, async () => {
  const script = `
import socket, sys, threading
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
def serve(conn, address):
    conn.sendall(str(conn.recv(4096)))
while True:
    threading.Thread(target=serve, args=server.accept()).start()
`;
  const aim = python(script, "{host}", "{port}");
  const [verdict] = await judged("echo_server", aim, "basic");
  assertMatch(
    verdict.finding ?? "",
    /^it closed the connection after 0 .* \(it goes on, but said: TypeError: .*\)$/,
  );
});

Deno.test("check says that there is no such program", async () => {
  const [verdict] = await judged("echo_server", {
    command: ["no-such-program", "{port}"],
  }, "basic");
  assertEquals(verdict.finding, 'there is no program "no-such-program"');
});
