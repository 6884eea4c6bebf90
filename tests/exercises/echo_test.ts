import { assert, assertEquals, assertMatch } from "@std/assert";
import { connectTcp } from "../../lib/connect.ts";
import { readChunks, writeAll } from "../../lib/stream.ts";
import { run, serve, start } from "../child.ts";
import {
  faultServer,
  fullServer,
  receive,
  send,
  sendSingly,
  silence,
  type Step,
} from "../faults/fault_server.ts";

const CHILDREN = { run: [Deno.execPath()], net: ["127.0.0.1"] };

Deno.test({
  name: "echo_server and echo_client print what the sheet shows",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("echo_server");
  const { port } = server;
  const client = await run("echo_client", ["--port", `${port}`]);
  assertEquals(client, {
    code: 0,
    stderr: "",
    stdout: `Connecting to 127.0.0.1 port ${port}
Sending Test message: SDN course examples
Received: b'Test message: SDN course examples'
Closing connection to the server
`,
  });
  await server.line(/^sent /);
  server.kill("SIGINT");
  const { code, stdout, stderr } = await server.result;
  assertEquals([code, stderr], [0, ""]);
  assertMatch(
    stdout,
    new RegExp(`^Starting up echo server on 127\\.0\\.0\\.1 port ${port}
Waiting to receive message from client
Data: b'Test message: SDN course examples'
sent 33 bytes back to \\('127\\.0\\.0\\.1', \\d+\\)
$`),
  );
});

Deno.test({
  name: "echo_client brings every byte of any text back",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("echo_server");
  const port = ["--port", `${server.port}`];
  for (
    const text of ["", "a", "-", "বাংলা লেখা", "\x1b[2J\0x", "q".repeat(20_000)]
  ) {
    const { code, stderr } = await run("echo_client", [...port, "-"], {
      input: text,
    });
    assertEquals([code, stderr], [0, ""], text.slice(0, 20));
  }
  const flag = await run("echo_client", [...port, "--", "--help"]);
  assertMatch(flag.stdout, /^Received: b'--help'$/m);
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const { stdout } = await run("echo_client", [...port, "-"], { input: all });
  // deno-lint-ignore no-control-regex -- none of them may be printed
  assert(!/[\0-\x09\x0b-\x1f\x7f-\x9f]/.test(stdout));
  assertMatch(stdout, /Received: b"\\x00\\x01.*\\xfe\\xff"|b'\\x00.*\\xff'/);
});

Deno.test({
  name:
    "echo_server sends half-closed clients everything, and serves others meanwhile",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("echo_server", ["--quiet"]);
  using _silent = await connectTcp({
    hostname: "127.0.0.1",
    port: server.port,
  });
  using conn = await connectTcp({ hostname: "127.0.0.1", port: server.port });
  const sent = new Uint8Array(1 << 20).map((_, index) => index % 253);
  const writing = writeAll(conn, sent).then(() => conn.closeWrite());
  let received = 0;
  for await (const chunk of readChunks(conn, { idleMs: 5000 })) {
    for (const byte of chunk) {
      if (byte !== received++ % 253) throw new Error(`byte ${received - 1}`);
    }
  }
  await writing;
  assertEquals(received, sent.length);
});

Deno.test({
  name: "echo_server --idle closes a silent client, says so, and goes on",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("echo_server", ["--idle", "0.1"]);
  using conn = await connectTcp({ hostname: "127.0.0.1", port: server.port });
  assertEquals(await conn.read(new Uint8Array(1)), null);
  await server.line(/^echo_server: 127\.0\.0\.1:\d+: nothing came for 0\.1 s$/);
  const { code } = await run("echo_client", ["--port", `${server.port}`]);
  assertEquals(code, 0);
});

// What a faulty server does, and how the client has to end.
const FAULTS: [string, Step[], number, RegExp, string[]?][] = [
  [
    "closes at once",
    [],
    74,
    /connection closed after 0 of 33 bytes/,
  ],
  [
    "closes early",
    [send("Test ")],
    74,
    /connection closed after 5 of 33 bytes/,
  ],
  [
    "answers something else",
    [send("Test massage: SDN course examples")],
    76,
    /differs from byte 6 on: sent 65 73 73 61.* b'essage: SDN cour', received 61 73 .*b'assage/,
  ],
  [
    "answers more",
    [send("Test message: SDN course examples\n")],
    76,
    /longer than the 33 bytes sent: then came 0a b'\\n'/,
  ],
  [
    "never answers",
    [silence()],
    75,
    /nothing came for 0\.2 s/,
    ["--timeout", "0.2"],
  ],
  [
    "answers byte by byte",
    [receive(33), sendSingly("Test message: SDN course examples")],
    0,
    /^$/,
  ],
];

for (const [fault, steps, code, words, more = []] of FAULTS) {
  Deno.test({
    name: `echo_client ends with ${code} where the server ${fault}`,
    permissions: CHILDREN,
  }, async () => {
    await using server = await faultServer(steps);
    const port = ["--port", `${server.port}`];
    const result = await run("echo_client", [...port, ...more]);
    assertEquals(result.code, code, result.stderr);
    assertMatch(result.stderr, words);
    assertMatch(result.stdout, /Closing connection to the server\n$/);
  });
}

Deno.test({
  name: "echo_client ends at Ctrl+C while it connects",
  permissions: CHILDREN,
  ignore: Deno.build.os !== "linux", // elsewhere a full queue refuses
}, async () => {
  using server = await fullServer();
  await using client = start("echo_client", ["--port", `${server.port}`]);
  await client.line(/^Connecting/);
  client.kill("SIGINT");
  assertEquals((await client.result).code, 130);
});
