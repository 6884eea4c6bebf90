import { assertEquals, assertMatch } from "@std/assert";
import { run, serve } from "../child.ts";
import {
  faultServer,
  send,
  sendSingly,
  silence,
  type Step,
} from "../faults/fault_server.ts";

const CHILDREN = { run: [Deno.execPath()], net: ["127.0.0.1"] };

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
const FAULTS: [string, Step[], number, string, RegExp][] = [
  [
    "answers in pieces",
    [sendSingly("two words")],
    0,
    "Received b'two words'\n",
    /^$/,
  ],
  [
    "closes without a word",
    [],
    74,
    "",
    /closed the connection without a word/,
  ],
  [
    "falls silent half-way",
    [send("half"), silence()],
    75,
    "Received b'half'\n",
    /nothing came for 0\.2 s/,
  ],
  [
    "sends control characters",
    [send("\x1b[2J")],
    0,
    "Received b'\\x1b[2J'\n",
    /^$/,
  ],
];

for (const client of CLIENTS) {
  for (const [fault, steps, code, stdout, words] of FAULTS) {
    Deno.test({
      name: `${client} ends with ${code} where the server ${fault}`,
      permissions: CHILDREN,
    }, async () => {
      await using server = await faultServer(steps);
      const result = await run(client, [
        ...["--port", `${server.port}`, "--timeout", "0.2"],
      ]);
      assertEquals([result.code, result.stdout], [code, stdout]);
      assertMatch(result.stderr, words);
    });
  }
}
