import { assertEquals, assertMatch } from "@std/assert";
import { readChunks, writeAll } from "../../lib/stream.ts";
import { serveTcp, type TcpHandler } from "../../lib/tcp.ts";
import { run, serve } from "../child.ts";

const CHILDREN = { run: [Deno.execPath()], net: ["127.0.0.1"] };
const encode = (text: string) => new TextEncoder().encode(text);

Deno.test({
  name: "welcome_server and welcome_client print what the note shows",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("welcome_server");
  const client = await run("welcome_client", ["--port", `${server.port}`]);
  assertEquals(client, {
    code: 0,
    stdout: "Received b'welcome to my server'\n",
    stderr: "",
  });
  await server.line(/^the data is/);
  server.kill("SIGINT");
  const { code, stdout } = await server.result;
  assertEquals(code, 0);
  assertMatch(
    stdout,
    /^connected by \('127\.0\.0\.1', \d+\)\nthe data is b'Hello, world'\n$/,
  );
});

Deno.test({
  name: "greeting_server speaks first, and greeting_client prints it",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("greeting_server");
  const client = await run("greeting_client", ["--port", `${server.port}`]);
  assertEquals(client, {
    code: 0,
    stdout: "Received b'Hello, client'\n",
    stderr: "",
  });
  await server.line(/^Greeted \('127\.0\.0\.1', \d+\)$/);
});

const CLIENTS = ["welcome_client", "greeting_client"];
const FAULTS: [string, TcpHandler, number, string, RegExp][] = [
  [
    "answers in pieces",
    async (conn) => {
      for (const byte of encode("two words")) {
        await writeAll(conn, new Uint8Array([byte]));
      }
    },
    0,
    "Received b'two words'\n",
    /^$/,
  ],
  [
    "closes without a word",
    () => Promise.resolve(),
    74,
    "",
    /closed the connection without a word/,
  ],
  [
    "falls silent half-way",
    async (conn, service) => {
      await writeAll(conn, encode("half"));
      for await (const _ of readChunks(conn, service));
      await new Promise((resolve) =>
        service.signal.addEventListener("abort", resolve)
      );
    },
    75,
    "Received b'half'\n",
    /nothing came for 0\.2 s/,
  ],
  [
    "sends control characters",
    (conn) => writeAll(conn, encode("\x1b[2J")),
    0,
    "Received b'\\x1b[2J'\n",
    /^$/,
  ],
];

for (const client of CLIENTS) {
  for (const [fault, handler, code, stdout, words] of FAULTS) {
    Deno.test({
      name: `${client} ends with ${code} where the server ${fault}`,
      permissions: CHILDREN,
    }, async () => {
      await using server = serveTcp(
        { hostname: "127.0.0.1", port: 0, onError: () => {} },
        handler,
      );
      const result = await run(client, [
        "--port",
        `${server.addr.port}`,
        "--timeout",
        "0.2",
      ]);
      assertEquals([result.code, result.stdout], [code, stdout]);
      assertMatch(result.stderr, words);
    });
  }
}
