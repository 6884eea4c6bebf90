/**
 * Standard streams that fail: an output that is full or that nobody reads any more,
 * an input that cannot be read.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { getAvailablePort } from "@std/net/get-available-port";
import { connectTcp } from "../../lib/connect.ts";
import { readChunks, writeAll } from "../../lib/stream.ts";
import { bindUdp } from "../../lib/udp.ts";
import { Child, commandOf } from "../child.ts";
import { has } from "../interop/peer.ts";
import { until } from "../until.ts";
import {
  echo,
  faultServer,
  receive,
  send,
  silence,
  type Step,
  waitFor,
} from "./fault_server.ts";

const CHILDREN = { run: [Deno.execPath(), "sh"], net: ["127.0.0.1"] };
const MESSAGE = "Test message: SDN course examples";
const encode = (text: string) => new TextEncoder().encode(text);

/** A program whose streams the shell opens as `script` says, for `"$@"`. */
function startBy(script: string, id: string, args: string[] = []): Child {
  return new Child("sh", ["-c", script, "sh", ...commandOf(id, args)]);
}

for (
  const id of [
    "echo_server",
    "welcome_server",
    "greeting_server",
    "message_server",
  ]
) {
  Deno.test({
    name: `${id} ends with 74 when its output fails while it runs`,
    ignore: Deno.build.os === "windows", // there sh is not
    permissions: CHILDREN,
  }, async () => {
    // A file of one block may be written, which the output fills in the end; what
    // is noted for the coverage would be cut, too.
    const script =
      `unset DENO_COVERAGE_DIR && out=$(mktemp) && exec 3>"$out" && rm "$out" &&
      trap "" XFSZ && ulimit -f 1 && exec "$@" >&3`;
    const port = getAvailablePort()!;
    await using server = startBy(script, id, ["--port", `${port}`]);
    const there = { hostname: "127.0.0.1", port };
    const isUp = () =>
      connectTcp(there).then((conn) => (conn.close(), true), () => false);
    await until(isUp, "it listens");
    let isOver = false;
    const visit = async () => {
      using conn = await connectTcp(there);
      await writeAll(conn, encode(`${"x".repeat(100)}\n`));
      await conn.closeWrite();
      for await (const _ of readChunks(conn));
    };
    const visiting = (async () => {
      // It is what the server does in the end that counts.
      while (!isOver) await visit().catch(() => {});
    })();
    const { code, stderr } = await server.result;
    isOver = true;
    await visiting;
    assertEquals(code, 74, stderr);
    assertMatch(
      stderr,
      new RegExp(`^${id}: the output cannot be written: File too large$`, "m"),
    );
  });
}

// Clients that have a line to print when nobody reads their output any more.
const UNREAD: [string, (gone: Promise<unknown>) => Step[]][] = [
  [
    "echo_client",
    (gone) => [receive(MESSAGE.length), waitFor(gone), send(MESSAGE)],
  ],
  ["message_client", (gone) => [
    ...[send("1\n"), waitFor(gone), send("2\n")],
    silence(), // the server stays, and nobody types
  ]],
];

for (const [id, steps] of UNREAD) {
  Deno.test({
    name: `${id} ends quietly when its output is no longer read`,
    permissions: CHILDREN,
    ignore: Deno.build.os === "windows",
  }, async () => {
    const gone = Promise.withResolvers<void>();
    await using server = await faultServer(steps(gone.promise));
    // As `| head -1`, which says when it has closed the pipe.
    const script = '{ "$@"; echo "ended with $?" >&2; } | ' +
      "{ head -n 1; exec <&-; echo gone >&2; }";
    await using client = startBy(script, id, ["--port", `${server.port}`]);
    await client.line(/^gone$/);
    gone.resolve();
    const { stdout, stderr } = await client.result;
    assertEquals(stderr, "gone\nended with 0\n");
    assertEquals(stdout.split("\n").length, 2, stdout);
  });
}

Deno.test({
  name: "echo_client prints all to a slow reader of a pipe that does not block",
  permissions: CHILDREN,
  ignore: !has("python3"),
}, async () => {
  await using server = await faultServer([echo()]);
  const nonBlocking = `
import os, sys
os.set_blocking(1, False)
os.execvp(sys.argv[1], sys.argv[1:])
`;
  const script =
    `{ python3 -c '${nonBlocking}' "$@"; echo "ended with $?" >&2; } |
    { sleep 0.3; cat; }`;
  await using client = startBy(script, "echo_client", [
    ...["--port", `${server.port}`, "x".repeat(70_000)], // a pipe holds less
  ]);
  const { stdout, stderr } = await client.result;
  assertEquals(stderr, "ended with 0\n");
  assertMatch(stdout, /\nClosing connection to the server\n$/);
});

Deno.test({
  name: "udp_server ends quietly when what it held back cannot be printed",
  permissions: CHILDREN,
  ignore: Deno.build.os !== "linux", // its sed(1) hands on each line at once
}, async () => {
  const script = '{ "$@"; echo "ended with $?" >&2; } | ' +
    "{ sed -u 3q; exec <&-; echo gone >&2; }";
  await using server = startBy(script, "udp_server", [
    ...["--port", "0", "--reorder", "1"],
  ]);
  const line = await server.line(/ port \d+$/);
  const port = Number(line.split(" ").at(-1));
  using socket = bindUdp({ hostname: "127.0.0.1", port: 0 });
  await socket.send(encode("hello"), { hostname: "127.0.0.1", port });
  assertEquals((await socket.receive())?.data, encode("hello"));
  const { stdout, stderr } = await server.result;
  assertEquals(stderr, "gone\nended with 0\n");
  assertMatch(stdout, /\nheld back\n$/);
});

Deno.test({
  name: "programs end with 74 when their output is full",
  permissions: CHILDREN,
  ignore: Deno.build.os !== "linux", // it has /dev/full
}, async () => {
  const programs: [id: string, args?: string[]][] = [
    ["ip4_address_conversion"],
    ["echo_server", ["--port", "0"]],
    ["remote_machine_info", ["127.0.0.1"]],
  ];
  for (const [id, args] of programs) {
    await using child = startBy('exec "$@" > /dev/full', id, args);
    const { code, stderr } = await child.result;
    const words = "the output cannot be written: No space left on device";
    assertEquals([code, stderr], [74, `${id}: ${words}\n`]);
  }
});

// As behind nohup, which lets a program write to its input, but not read it.
for (const input of ["0>/dev/null", "</"]) {
  Deno.test({
    name: `message_server only listens where its input is ${input}`,
    permissions: CHILDREN,
    ignore: Deno.build.os === "windows",
  }, async () => {
    await using server = startBy(`exec "$@" ${input}`, "message_server", [
      ...["--port", "0", "--keep"],
    ]);
    const line = await server.line(/^Listening on/);
    const port = Number(line.split(" ").at(-1));
    using conn = await connectTcp({ hostname: "127.0.0.1", port });
    await writeAll(conn, encode("hello\nbye\n"));
    await server.line(/^from connected user: bye$/);
    server.kill("SIGINT");
    const { code, stderr } = await server.result;
    assertEquals([code, stderr.trim()], [0, line]);
  });
}

Deno.test({
  name: "echo_client says that its input cannot be read",
  permissions: CHILDREN,
  ignore: Deno.build.os === "windows",
}, async () => {
  await using client = startBy('exec "$@" < /', "echo_client", ["-"]);
  const { code, stdout, stderr } = await client.result;
  assertEquals([code, stdout, stderr], [
    65,
    "",
    "echo_client: the standard input: Is a directory\n",
  ]);
});
