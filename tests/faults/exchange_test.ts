/**
 * What can go wrong between a client and a server that talk: each case is done
 * to our clients by a server that follows a script.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { exchange } from "../../exercises/echo_client.ts";
import { connectTcp } from "../../lib/connect.ts";
import { within } from "../../lib/deadline.ts";
import { readToEnd } from "../../lib/stream.ts";
import { commandOf, run, serve, start } from "../child.ts";
import { has } from "../interop/peer.ts";
import {
  faultServer,
  halfClose,
  receive,
  receiveEnd,
  reset,
  send,
  sendSingly,
  type Step,
  waitFor,
} from "./fault_server.ts";
import { startAtTerminal } from "./screen.ts";

const CHILDREN = { run: [Deno.execPath()], net: ["127.0.0.1"] };
const MESSAGE = "Test message: SDN course examples";
const ALL = receive(MESSAGE.length);
const port = ({ port }: { port: number }) => ["--port", `${port}`];
const encode = (text: string) => new TextEncoder().encode(text);

// What of the echo is wrong, where, and the words for it.
const ECHOES: [string, Step[], number, string][] = [
  [
    "differs in the first byte",
    [ALL, send("t" + MESSAGE.slice(1))],
    76,
    "the echo differs from byte 0 on: sent 54 65 73 74 20 6d 65 73 73 61 67 65 " +
    "3a 20 53 44 b'Test message: SD', received 74 65 73 74 20 6d 65 73 73 61 " +
    "67 65 3a 20 53 44 b'test message: SD'",
  ],
  [
    "differs in the last byte",
    [ALL, send(MESSAGE.slice(0, -1)), send("S")],
    76,
    "the echo differs from byte 32 on: sent 73 b's', received 53 b'S'",
  ],
  [
    "is sent in pieces, one of which differs",
    [ALL, sendSingly(MESSAGE.slice(0, 20) + "!")],
    76,
    "the echo differs from byte 20 on: sent 75 72 73 65 20 65 78 61 6d 70 6c " +
    "65 73 b'urse examples', received 21 b'!'",
  ],
  [
    "is no UTF-8",
    [ALL, send(new Uint8Array([0x54, 0xff, 0x1b, 0x0a]))],
    76,
    "the echo differs from byte 1 on: sent 65 73 74 20 6d 65 73 73 61 67 65 3a " +
    "20 53 44 4e b'est message: SDN', received ff 1b 0a b'\\xff\\x1b\\n'",
  ],
  [
    "ends one byte too early",
    [ALL, sendSingly(MESSAGE.slice(0, -1)), halfClose()],
    74,
    "connection closed after 32 of 33 bytes",
  ],
  [
    "goes on when the client has said that it is done",
    [ALL, send(MESSAGE), receiveEnd(), send("\nMore")],
    76,
    "the echo is longer than the 33 bytes sent: " +
    "then came 0a 4d 6f 72 65 b'\\nMore'",
  ],
  [
    "breaks off in the middle",
    [ALL, send("Test "), reset()],
    74,
    "connection closed after 5 of 33 bytes",
  ],
];

for (const [fault, steps, code, words] of ECHOES) {
  Deno.test({
    name: `echo_client ends with ${code} if the echo ${fault}`,
    permissions: CHILDREN,
  }, async () => {
    await using server = await faultServer(steps);
    const result = await run("echo_client", port(server));
    assertEquals([result.code, result.stderr], [
      code,
      `echo_client: ${words}\n`,
    ]);
    assertMatch(result.stdout, /\nClosing connection to the server\n$/);
  });
}

Deno.test({
  name: "echo_client puts an echo together from reads of a few bytes",
  permissions: CHILDREN,
}, async () => {
  const shown = Promise.withResolvers<void>();
  await using server = await faultServer([
    ALL,
    send(MESSAGE.slice(0, 1)),
    waitFor(shown.promise),
    sendSingly(MESSAGE.slice(1)),
  ]);
  await using client = start("echo_client", port(server));
  await client.line(/^Received: b'T'$/);
  shown.resolve();
  const { code, stdout, stderr } = await client.result;
  assertEquals([code, stderr], [0, ""]);
  const pieces = Array.from(
    stdout.matchAll(/^Received: b'(.*)'$/gm),
    ([, text]) => text,
  );
  assert(pieces.length > 1, stdout);
  assertEquals(pieces.join(""), MESSAGE);
});

Deno.test({
  name: "exchange() closes the connection when no reply comes in time",
  permissions: { net: ["127.0.0.1"] },
}, async () => {
  await using server = await faultServer([receiveEnd()]);
  using conn = await connectTcp({ hostname: "127.0.0.1", port: server.port });
  const error = await assertRejects(
    () => within(10_000, () => exchange(conn, encode("hello"), 200, () => {})),
    DOMException,
    "nothing came for 0.2 s",
  );
  assertEquals(error.name, "TimeoutError");
  // This process lives on: it is the client that has closed.
  const client = await server.client;
  assert(await client.leaving());
  assertEquals(await client.received, encode("hello"));
});

Deno.test({
  name:
    "message_client cuts what comes at line ends only, and shows what is no text",
  permissions: CHILDREN,
}, async () => {
  await using server = await faultServer([
    sendSingly("one \u{1f600} শুভ\n"),
    send("two\nthree\nfo"),
    send("ur\n"),
    send(new Uint8Array([0xff, 0xc3, 0x28, 0xe0, 0xa6, 0x0a])),
    receive("I am still here\n".length),
    send("bye\n"),
  ]);
  await using client = start("message_client", port(server));
  // The exchange goes on behind it, in both directions.
  await client.line(/\\xff/);
  await client.write("I am still here\n");
  assertEquals(await client.result, {
    code: 0,
    stdout: [
      "one \u{1f600} শুভ",
      "two",
      "three",
      "four",
      "\\xff\\xc3(\\xe0\\xa6",
      "bye",
    ].map((text) => `Received from server: ${text}\n`).join(""),
    stderr: "",
  });
});

Deno.test({
  name:
    "welcome_client shows what came before the server broke off, and ends with 74",
  permissions: CHILDREN,
}, async () => {
  await using server = await faultServer([
    receive("Hello, world".length),
    send("welcome to"),
    reset(),
  ]);
  const result = await run("welcome_client", port(server));
  assertEquals([result.code, result.stdout], [
    74,
    "Received b'welcome to'\n",
  ]);
  assertEquals(
    result.stderr,
    `welcome_client: 127.0.0.1:${server.port} reset the connection\n`,
  );
});

Deno.test({
  name: "readToEnd() hands on what came before the peer broke off",
  permissions: { net: ["127.0.0.1"] },
}, async () => {
  const connected = Promise.withResolvers<void>();
  // A reset during the connecting would be taken for a failure of that.
  await using server = await faultServer([
    waitFor(connected.promise),
    send("Hello, cl"),
    reset(),
  ]);
  using conn = await connectTcp({ hostname: "127.0.0.1", port: server.port });
  connected.resolve();
  let text = "";
  await assertRejects(
    () =>
      readToEnd(conn, 5000, (bytes) => text = new TextDecoder().decode(bytes)),
    Deno.errors.ConnectionReset,
  );
  assertEquals(text, "Hello, cl");
});

Deno.test({
  name:
    "message_client ends with 74 when the server breaks off, without another Enter",
  permissions: CHILDREN,
}, async () => {
  const shown = Promise.withResolvers<void>();
  await using server = await faultServer([
    send("one\ntw"),
    waitFor(shown.promise),
    reset(),
  ]);
  await using client = start("message_client", port(server));
  await client.line(/^Received from server: one$/);
  shown.resolve();
  // Its standard input is still open.
  assertEquals(await client.result, {
    code: 74,
    stdout: "Received from server: one\nReceived from server: tw\n",
    stderr: `message_client: 127.0.0.1:${server.port} reset the connection\n`,
  });
});

Deno.test({
  name:
    "message_client half-closes at the end of its input, and shows what follows",
  permissions: CHILDREN,
}, async () => {
  for (const input of ["", "last words"]) {
    await using server = await faultServer([
      receiveEnd(),
      sendSingly("the rest\nof it\n"),
    ]);
    assertEquals(await run("message_client", port(server), { input }), {
      code: 0,
      stdout: "Received from server: the rest\nReceived from server: of it\n",
      stderr: "",
    });
    const client = await server.client;
    assertEquals(await client.leaving(), "end");
    assertEquals(await client.received, encode(input && `${input}\n`));
  }
});

const LINES = Array.from({ length: 10_000 }, (_, index) => `line ${index}`);

Deno.test({
  name:
    "message_client sends 10,000 lines pasted at a terminal, all and in order",
  permissions: { run: [Deno.execPath(), "script"] },
  ignore: !has("script"),
}, async () => {
  await using server = await serve("message_server");
  // Its input stays open: script(1) drops what it has not read when a pipe ends.
  await using client = startAtTerminal([
    commandOf("message_client", port(server)),
  ]);
  await client.write(LINES.join("\n") + "\nbye\n");
  const screen = await client.result;
  assertEquals(screen.code, 0, screen.stdout.slice(-500));
  const { code, stdout } = await server.result;
  assertEquals(code, 0);
  assertEquals(heard(stdout, "from connected user: "), [...LINES, "bye"]);
});

Deno.test({
  name: "message_client shows 10,000 lines pasted at the server, all in order",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("message_server");
  await using client = start("message_client", port(server));
  await server.line(/^Connection from/);
  await server.write(LINES.join("\n") + "\nbye\n");
  const { code, stdout } = await client.result;
  assertEquals(code, 0);
  assertEquals(heard(stdout, "Received from server: "), [...LINES, "bye"]);
});

function heard(stdout: string, label: string): string[] {
  return stdout.split("\n").filter((line) => line.startsWith(label))
    .map((line) => line.slice(label.length));
}
