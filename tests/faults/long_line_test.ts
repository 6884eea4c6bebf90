/**
 * What a peer makes long, no program shows whole: it cuts the line, and says how
 * many bytes there were.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { connectTcp } from "../../lib/connect.ts";
import { readChunks, writeAll } from "../../lib/stream.ts";
import { bindUdp } from "../../lib/udp.ts";
import { run, serve } from "../child.ts";
import { faultServer, send } from "./fault_server.ts";
import { whole } from "./screen.ts";

const CHILDREN = { run: [Deno.execPath()], net: ["127.0.0.1"] };
const encode = (text: string) => new TextEncoder().encode(text);

const MILLION = 1_000_000;
/** More than any line of ours: 4,096 bytes as `\xff`, or 65,536 characters. */
const LONGEST_LINE = 70_000;

function assertCut(text: string, count?: RegExp): void {
  for (const line of text.split("\n")) assert(line.length < LONGEST_LINE);
  if (count) assertMatch(text, count);
}

/** What each client says of a line of 10^6 characters, and its exit code. */
const CUT: [id: string, code: number, count: RegExp][] = [
  // Its first read differs from what was sent: no more is read or shown.
  ["echo_client", 76, /^echo_client: the echo differs from byte 0 on: /m],
  // A message has at most 64 KiB: of a longer one there is nothing to show.
  ["message_client", 76, /a line is longer than 65536 bytes/],
  ["welcome_client", 76, /^Received b'a+'… \(\d+ bytes\)$/m],
  ["greeting_client", 76, /^Received b'a+'… \(\d+ bytes\)$/m],
];

for (const [id, code, count] of CUT) {
  Deno.test({
    name: `${id} cuts a line of 10^6 characters, with a count`,
    permissions: CHILDREN,
  }, async () => {
    await using server = await faultServer([send("a".repeat(MILLION) + "\n")]);
    const result = await run(id, ["--port", `${server.port}`]);
    assertEquals(result.code, code, result.stderr);
    assertCut(whole(result), count);
    assert(whole(result).length < 2 * LONGEST_LINE);
  });
}

Deno.test({
  name:
    "echo_server and welcome_server cut a line of 10^6 characters, with a count",
  permissions: CHILDREN,
}, async () => {
  for (const id of ["echo_server", "welcome_server"]) {
    await using server = await serve(id);
    using conn = await connectTcp({ hostname: "127.0.0.1", port: server.port });
    const sending = writeAll(conn, encode("a".repeat(MILLION) + "\n"));
    const sent = sending.then(() => conn.closeWrite());
    for await (const _ of readChunks(conn, { idleMs: 10_000 }));
    await sent;
    server.kill("SIGINT");
    const { stdout } = await server.result;
    assertCut(stdout, /^(Data:|the data is) b'a+'… \(\d+ bytes\)$/m);
  }
});

Deno.test({
  name: "echo_client cuts its own line of 10^6 characters, with a count",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("echo_server", ["--quiet"]);
  const { code, stdout } = await run("echo_client", [
    ...["--port", `${server.port}`, "-"],
  ], { input: "a".repeat(MILLION) });
  assertEquals(code, 0);
  assertCut(stdout, /^Sending a+… \(1000000 bytes\)$/m);
});

Deno.test({
  name: "udp_server cuts the longest datagram, with a count",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("udp_server");
  using socket = bindUdp({ hostname: "127.0.0.1", port: 0 });
  const to = { hostname: "127.0.0.1", port: server.port };
  await socket.send(encode("a".repeat(65_507)), to);
  assertMatch(
    await server.line(/^Data: /),
    /^Data: b'a{4096}'… \(65507 bytes\)$/,
  );
});
