import { assert, assertEquals, assertMatch } from "@std/assert";
import { connectTcp } from "../../lib/connect.ts";
import { encodeLine } from "../../lib/lines.ts";
import { readChunks, writeAll } from "../../lib/stream.ts";
import { run, serve, start } from "../child.ts";
import {
  faultServer,
  receiveEnd,
  send,
  silence,
} from "../faults/fault_server.ts";

const CHILDREN = { run: [Deno.execPath()], net: ["127.0.0.1"] };
const encode = (text: string) => new TextEncoder().encode(text);

Deno.test({
  name:
    "message_server and message_client talk in both directions until the client's bye",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("message_server");
  await using client = start("message_client", ["--port", `${server.port}`]);
  await server.line(/^Connection from: \('127\.0\.0\.1', \d+\)$/);
  for (const text of ["hello", "", "বাংলা 😀"]) {
    await client.write(text + "\n");
    await server.line(new RegExp(`^from connected user: ${text}$`));
    await server.write(`re: ${text}\n`);
    await client.line(new RegExp(`^Received from server: re: ${text}$`));
  }
  await client.write("bye\n");
  const [ours, theirs] = [await server.result, await client.result];
  assertEquals([ours.code, theirs.code, theirs.stderr], [0, 0, ""]);
  assertMatch(ours.stdout, /from connected user: bye\n$/);
});

Deno.test({
  name: "message_server's bye ends every client",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("message_server");
  const port = ["--port", `${server.port}`];
  await using one = start("message_client", port);
  await using two = start("message_client", port);
  await one.write("one\n");
  await two.write("two\n");
  await server.line(/user: one$/);
  await server.line(/user: two$/);
  await server.write("to all\nbye\n");
  for (const child of [one, two]) {
    const { code, stdout } = await child.result;
    assertEquals(code, 0);
    assertEquals(
      stdout,
      "Received from server: to all\nReceived from server: bye\n",
    );
  }
  assertEquals((await server.result).code, 0);
});

Deno.test({
  name:
    "message_server goes on while another client is there, and with --keep after the last",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("message_server", ["--keep"]);
  const port = ["--port", `${server.port}`];
  for (const name of ["first", "second"]) {
    const { code } = await run("message_client", port, {
      input: `${name}\nbye\n`,
    });
    assertEquals(code, 0);
    await server.line(new RegExp(`user: ${name}$`));
  }
  server.kill("SIGINT");
  assertEquals((await server.result).code, 0);
});

Deno.test({
  name: "message_server cuts no line to a client that has sent its end of file",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("message_server");
  using conn = await connectTcp({ hostname: "127.0.0.1", port: server.port });
  await server.line(/^Connection from/);
  const line = "x".repeat(60_000) + "\n";
  server.write(line.repeat(300)); // more than the buffers between two ends hold
  await new Promise((resolve) => setTimeout(resolve, 300)); // they fill
  await conn.closeWrite();
  await server.line(/has left$/);
  let length = 0;
  for await (const chunk of readChunks(conn)) length += chunk.length;
  assertEquals(length % line.length, 0);
});

Deno.test({
  name: "message_server says bye to its clients at Ctrl+C",
  permissions: CHILDREN,
  ignore: Deno.build.os === "windows",
}, async () => {
  await using server = await serve("message_server");
  await using client = start("message_client", ["--port", `${server.port}`]);
  await server.line(/^Connection from/);
  server.kill("SIGINT");
  assertEquals((await server.result).code, 0);
  const { code, stdout } = await client.result;
  assertEquals([code, stdout], [0, "Received from server: bye\n"]);
});

Deno.test({
  name:
    "message_client sends 10,000 piped lines in order, half-closes, and shows the rest",
  permissions: CHILDREN,
}, async () => {
  await using server = await faultServer([
    receiveEnd(),
    send("got all\r\nno line end"),
  ]);
  const port = ["--port", `${server.port}`];
  const input = Array.from({ length: 10_000 }, (_, index) => `line ${index}\n`)
    .join("");
  const { code, stdout, stderr } = await run("message_client", port, { input });
  assertEquals([code, stderr], [0, ""]);
  const received = await (await server.client).received;
  assertEquals(new TextDecoder().decode(received), input);
  assertEquals(
    stdout,
    "Received from server: got all\nReceived from server: no line end\n",
  );
});

Deno.test({
  name: "message_client ends without another Enter when the server leaves",
  permissions: CHILDREN,
}, async () => {
  await using server = await faultServer([send("one\ntwo")]);
  await using client = start("message_client", ["--port", `${server.port}`]);
  const { code, stdout, stderr } = await client.result;
  assertEquals(code, 74);
  assertEquals(
    stdout,
    "Received from server: one\nReceived from server: two\n",
  );
  assertMatch(stderr, /the server closed the connection without a bye\n$/);
});

Deno.test({
  name: "message_client gives up a server that does not close after bye",
  permissions: CHILDREN,
}, async () => {
  await using server = await faultServer([receiveEnd(), silence()]);
  const { code, stderr } = await run("message_client", [
    ...["--port", `${server.port}`, "--timeout", "0.2"],
  ], { input: "bye\n" });
  assertEquals([code, stderr], [
    75,
    `message_client: 127.0.0.1:${server.port}: the server neither sent a line nor closed for 0.2 s\n`,
  ]);
});

Deno.test({
  name: "message_client shows words without a line end, and that no line came",
  permissions: CHILDREN,
}, async () => {
  await using server = await faultServer([
    ...[send("hello"), receiveEnd(), silence()],
  ]);
  const { code, stdout, stderr } = await run("message_client", [
    ...["--port", `${server.port}`, "--timeout", "0.2"],
  ], { input: "bye\n" });
  assertEquals([code, stdout], [75, "Received from server: hello\n"]);
  assertMatch(
    stderr,
    /the server neither sent a line nor closed for 0\.2 s\n$/,
  );
});

Deno.test({
  name: "message_client takes all that the server still says, line by line",
  permissions: CHILDREN,
}, async () => {
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 200));
  const line = [pause, send("more\n")];
  const steps = [receiveEnd(), ...line, ...line, ...line, ...line];
  await using server = await faultServer(steps);
  const { code, stdout, stderr } = await run("message_client", [
    ...["--port", `${server.port}`, "--timeout", "0.6"],
  ], { input: "hello\n" });
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout, "Received from server: more\n".repeat(4));
});

Deno.test({
  name:
    "the message programs print nothing of the peer raw, and mark every line of it",
  permissions: CHILDREN,
}, async () => {
  const nasty = "\x1b[2J\x1b]0;x\x07 \u202e\rReceived from server: fake";
  await using fake = await faultServer([send(nasty + "\nbye\n")]);
  const { stdout } = await run("message_client", ["--port", `${fake.port}`]);
  assertEquals(
    stdout,
    "Received from server: \\x1b[2J\\x1b]0;x\\x07 \\u{202e}\\rReceived from server: fake\n" +
      "Received from server: bye\n",
  );
  await using server = await serve("message_server");
  using conn = await connectTcp({ hostname: "127.0.0.1", port: server.port });
  await writeAll(conn, new Uint8Array([0xff, 0x1b, 0x0a]));
  await server.line(/^from connected user: \\xff\\x1b$/);
});

Deno.test({
  name:
    "message_server closes a client whose line has no end, and serves the others",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("message_server");
  using flood = await connectTcp({ hostname: "127.0.0.1", port: server.port });
  using other = await connectTcp({ hostname: "127.0.0.1", port: server.port });
  await writeAll(flood, new Uint8Array(70_000).fill(97)).catch(() => {});
  await server.line(
    /^message_server: 127\.0\.0\.1:\d+: a line is longer than 65536 bytes$/,
  );
  await writeAll(other, encodeLine(encode("fine")));
  await server.line(/^from connected user: fine$/);
});

Deno.test({
  name:
    "message_client refuses to send a line that is too long, and one of 65,536 bytes arrives",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("message_server", ["--keep"]);
  const port = ["--port", `${server.port}`];
  const long = await run("message_client", port, {
    input: "a".repeat(65_537) + "\n",
  });
  assertEquals(long.code, 65, long.stderr);
  assertMatch(long.stderr, /at most 65536 bytes/);
  const whole = "b".repeat(65_536);
  const fits = await run("message_client", port, { input: `${whole}\nbye\n` });
  assertEquals(fits.code, 0, fits.stderr);
  const line = await server.line(/^from connected user: b/);
  assert(line === `from connected user: ${whole}`);
});
