/**
 * No peer writes to the terminal: whatever a server, a client, a name server or a
 * checked program says, its control sequences are shown as text, in every program
 * that prints foreign text. What is long is in long_line_test.ts.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { connectTcp } from "../../lib/connect.ts";
import { formatEndpoint } from "../../lib/endpoint.ts";
import { readChunks, writeAll } from "../../lib/stream.ts";
import { visible } from "../../lib/text.ts";
import { bindUdp } from "../../lib/udp.ts";
import { Child, commandOf, run, serve } from "../child.ts";
import { has, python } from "../interop/peer.ts";
import { type FaultName, serveFaults } from "./fault_name_server.ts";
import { faultServer, send } from "./fault_server.ts";
import { assertVisible, runAtTerminal, whole } from "./screen.ts";

const CHILDREN = { run: [Deno.execPath()], net: ["127.0.0.1"] };
const LAB = new URL("../../exercises/lab.ts", import.meta.url);
const encode = (text: string) => new TextEncoder().encode(text);

/** What a terminal acts on, or a reader cannot see, by what it would do. */
const HOSTILE: Record<string, string> = {
  "clear the screen": "\x1b[2J\x1b[H",
  "colour and conceal": "\x1b[8;31m",
  "OSC 0, the title": "\x1b]0;title\x07",
  "OSC 8, a link": "\x1b]8;;http://x.invalid\x1b\\link\x1b]8;;\x1b\\",
  "OSC 52, the clipboard": "\x1b]52;c;ZXZpbA==\x07",
  "DCS, a request to answer": "\x1bP$qm\x1b\\",
  "APC, PM and SOS": "\x1b_a\x1b\\\x1b^p\x1b\\\x1bXs\x1b\\",
  "C1 controls": "\x80\x84\x85\x8d\x90q\x9c\x9b2J\x9d0;t\x9c\x9f",
  "go back over the line": "abc\rdef",
  "go back over a character": "abc\b\b\bdef",
  "other C0 controls": "\x00\x07\x0b\x0c\x0e\x0f\x7f",
  "turn the direction":
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
  "mark the direction": "\u200e\u200f\u061c",
  "be invisible": "a\u200b\u2060\ufeff\u00ad\u180e\u200ca\u200d",
  "end a line otherwise": "\u2028\u2029",
  "tag what cannot be seen": "\u{e0041}\u{e007f}",
};
const ALL = Object.values(HOSTILE).join("");

/** The programs that connect, how their port is given, and what they exit with. */
const CLIENTS: [id: string, code: number, shows: boolean][] = [
  ["echo_client", 76, true], // It is no echo.
  ["message_client", 74, true], // There is no bye.
  ["welcome_client", 0, true],
  ["greeting_client", 0, true],
  ["port_probe", 0, false], // It only connects.
];

const portArgs = (id: string, { port }: { port: number }) =>
  id === "port_probe" ? [`127.0.0.1:${port}`] : ["--port", `${port}`];

for (const [id, code, shows] of CLIENTS) {
  Deno.test({
    name: `${id} shows as text what a server sends`,
    permissions: CHILDREN,
  }, async () => {
    await using server = await faultServer([send(ALL + "\n")]);
    const result = await run(id, portArgs(id, server));
    assertEquals(result.code, code, result.stderr);
    assertVisible(whole(result));
    assertEquals(result.stdout.includes("\\x1b[2J"), shows, result.stdout);
  });

  Deno.test({
    name: `${id} shows as text what a server says at a terminal`,
    ignore: !has("script"),
    permissions: { run: ["script"], net: ["127.0.0.1"] },
  }, async () => {
    await using server = await faultServer([send(ALL + "\n")]);
    const { stdout } = await runAtTerminal([
      commandOf(id, portArgs(id, server)),
    ]);
    // The terminal itself ends lines with CR LF, and the prompt goes back by CR.
    assertVisible(stdout, "\r");
    assertEquals(stdout.includes("\\x1b[2J"), shows, stdout);
  });
}

/** The programs that clients connect to, and the line about what one sent. */
const SERVERS: [id: string, line: RegExp][] = [
  ["echo_server", /^Data: b'.*\\x1b\[2J/],
  ["message_server", /^from connected user: .*\\x1b\[2J/],
  ["welcome_server", /^the data is b'.*\\x1b\[2J/],
  ["greeting_server", /^Greeted /],
];

for (const [id, line] of SERVERS) {
  Deno.test({
    name: `${id} shows as text what a client sends`,
    permissions: CHILDREN,
  }, async () => {
    await using server = await serve(id);
    using conn = await connectTcp({ hostname: "127.0.0.1", port: server.port });
    await writeAll(conn, encode(ALL + "\n"));
    await conn.closeWrite();
    for await (const _ of readChunks(conn, { idleMs: 10_000 }));
    await server.line(line);
    server.kill("SIGINT");
    const result = await server.result;
    assertEquals(result.code, 0, result.stderr);
    assertVisible(whole(result));
  });
}

Deno.test({
  name: "udp_server and udp_client show as text what a peer sends",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("udp_server");
  using socket = bindUdp({ hostname: "127.0.0.1", port: 0 });
  await socket.send(encode(ALL), { hostname: "127.0.0.1", port: server.port });
  await server.line(/^Data: b'.*\\x1b\[2J/);
  server.kill("SIGINT");
  assertVisible(whole(await server.result));

  const answering = (async () => {
    for (let got = await socket.receive(); got; got = await socket.receive()) {
      await socket.send(encode(`1 ${ALL}`), got.from);
    }
  })();
  const result = await run("udp_client", [
    ...["--port", `${socket.addr.port}`, "--count", "1", "--seconds", "0.5"],
  ]);
  socket.close();
  await answering;
  assertEquals(result.code, 75);
  assertMatch(result.stdout, /^Ignored \d+ bytes that are no reply$/m);
  assertVisible(whole(result));
});

for (const id of ["remote_machine_info", "modify_remote_machine_info"]) {
  Deno.test({
    name: `${id} shows nothing raw of what a name server has in its names`,
    permissions: CHILDREN,
  }, async () => {
    const faults: FaultName[] = ["control", "control-alone"];
    for (const fault of faults) {
      await using server = serveFaults(fault);
      const ask = ["--name-server", formatEndpoint(server.addr)];
      const result = await run(id, ask);
      assertEquals(result.code, fault === "control" ? 0 : 1);
      assertVisible(whole(result));
    }
  });
}

Deno.test({
  name: "lab check shows as text what a checked program prints and sends",
  ignore: !has("python3"),
  permissions: { run: [Deno.execPath()] },
}, async () => {
  const script = `
hostile = ${JSON.stringify(ALL.replaceAll("\0", ""))}.encode()
sys.stdout.buffer.write(hostile)
sys.stdout.flush()
sys.stderr.buffer.write(hostile)
sys.stderr.flush()
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    conn = server.accept()[0]
    conn.sendall(hostile)
    conn.close()
`;
  await using child = new Child(Deno.execPath(), [
    ...["run", "--quiet", "--no-prompt", "--allow-run", "--allow-net"],
    ...[
      "--allow-read",
      "--allow-write",
      "--allow-sys=hostname,networkInterfaces",
    ],
    LAB.href,
    ...["check", "echo_server", "--", ...python(script, "{host}", "{port}")],
  ], { limitMs: 60_000, env: { NO_COLOR: "" } });
  await child.end();
  const result = await child.result;
  assertEquals(result.code, 1);
  assertVisible(whole(result));
});

Deno.test({
  name:
    "message_client tells the server's line from its own by the prefix of every line",
  permissions: CHILDREN,
}, async () => {
  // Every end of a line that there is, and what our own lines look like.
  const ends = [
    "\n",
    "\r\n",
    "\r",
    "\n\r",
    "\v",
    "\f",
    "\x85",
    "\u2028",
    "\u2029",
  ];
  const fakes = [
    "Received from server: fake",
    "message_client: fake",
    "hint: fake",
    " -> fake",
    "from connected user: fake",
  ];
  const said = ends.flatMap((end) => fakes.map((fake) => `x${end}${fake}`));
  await using server = await faultServer([send(said.join("\n") + "\nbye\n")]);
  const { code, stdout, stderr } = await run(
    "message_client",
    portArgs("message_client", server),
  );
  assertEquals([code, stderr], [0, ""]);
  const lines = stdout.trimEnd().split("\n");
  for (const line of lines) assertMatch(line, /^Received from server: /);
  assertEquals(lines.at(-1), "Received from server: bye");
  assertVisible(stdout);
});

Deno.test({
  name:
    "message_server tells a client's line from its own by the prefix of every line",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("message_server");
  const conn = await connectTcp({ hostname: "127.0.0.1", port: server.port });
  const fakes = [
    "from connected user: fake",
    "Connection from: ('1.2.3.4', 5)",
  ];
  await writeAll(
    conn,
    encode(fakes.join("\r") + "\n" + fakes.join("\n") + "\n"),
  );
  await writeAll(conn, encode("bye\n"));
  conn.close();
  const { code, stdout } = await server.result;
  assertEquals(code, 0);
  const [first, ...lines] = stdout.trimEnd().split("\n");
  assertMatch(first, /^Connection from: \('127\.0\.0\.1', \d+\)$/);
  assertEquals(lines, [
    `from connected user: ${fakes.join("\\r")}`,
    ...fakes.map((fake) => `from connected user: ${fake}`),
    "from connected user: bye",
  ]);
});

/** Characters without a width that are of no format category. */
const ZERO_WIDTH = [
  "\u034f", // combining grapheme joiner
  "\u115f",
  "\u1160", // fillers of Hangul
  "\u17b4",
  "\u17b5", // inherent vowels of Khmer
  "\u180b", // a variation selector of Mongolian
  "\u3164",
  "\uffa0", // further fillers
  "\ufe00",
  "\ufe0f", // variation selectors, behind what has no variants
  "\u{e0100}",
];

Deno.test({
  name: "visible() shows characters without a width, of whatever category",
  permissions: "none",
}, () => {
  for (const character of ZERO_WIDTH) {
    const code = character.codePointAt(0)!.toString(16);
    assertEquals(visible(`a${character}b`), `a\\u{${code}}b`);
  }
  // Where a script needs one it stays.
  for (const text of ["❤️", "1️⃣", "👩‍💻", "ক্‌ষ", "র‍্যাব"]) {
    assertEquals(visible(text), text);
  }
});
