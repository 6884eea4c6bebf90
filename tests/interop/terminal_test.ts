import { assert, assertEquals } from "@std/assert";
import { exercise as messageClient } from "../../exercises/message_client.ts";
import { exercise as messageServer } from "../../exercises/message_server.ts";
import { connectTcp } from "../../lib/connect.ts";
import { commandOf, serve } from "../child.ts";
import { has, runs } from "./peer.ts";
import { Terminal, type TerminalOptions } from "./terminal.ts";

/** Our two programs, each at its own terminal, in the middle of a conversation. */
async function conversation(options?: TerminalOptions) {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(
    new Terminal(commandOf("message_server", ["--port", "0"]), options),
  );
  const port = / port (\d+)/.exec(await server.see(/ port \d+/))![1];
  const client = stack.use(
    new Terminal(commandOf("message_client", ["--port", port]), options),
  );
  await server.see(/Connection from: .*\| ->$/);
  await client.see(/^ ->$/);
  const moved = stack.move();
  return {
    server,
    client,
    port,
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

const hasTerminal = Deno.build.os !== "windows" && has("python3");
const terminals = {
  ignore: !hasTerminal,
  permissions: { run: ["python3"] },
};

const TERMINALS: [kind: string, options: TerminalOptions][] = [
  ["at a terminal", {}],
  ["without colour", { color: false }],
  ["at a terminal that does not know its width", { columns: 0 }],
];

for (const [kind, options] of TERMINALS) {
  Deno.test({
    name: `message_server and message_client look like their examples ${kind}`,
    ...terminals,
  }, async () => {
    await using pair = await conversation(options);
    const { server, client } = pair;
    await client.type("hello\r");
    await server.see(/: hello\| ->$/);
    await server.type("good morning\r");
    await client.see(/: good morning\| ->$/);
    await client.type("bye\r");
    const screens = [await server.ending, await client.ending].map((
      { screen },
    ) => screen.join("\n").trimEnd().replace(/\d{4,}/g, "PORT"));
    assertEquals(screens, sessions(messageServer.example));
    assertEquals(screens[1], sessions(messageClient.example)[1]);
  });

  Deno.test({
    name: `message_server puts messages above what is half typed ${kind}`,
    ...terminals,
  }, async () => {
    await using pair = await conversation(options);
    const { server, client } = pair;
    await server.type("A long line that nobody has se");
    await server.see(/nobody has se$/);
    await client.type("hi\r");
    await server.see(/: hi.*\| ->$/);
    await server.type("en yet\r");
    await client.see(/: A long line that nobody has seen yet\| ->$/);
    await server.type("bye\r");
    const { screen } = await server.ending;
    assert(screen.includes("from connected user: hi"), screen.join("\n"));
  });
}

/** How a conversation ends: by which keys, and what the other end then shows. */
const ENDINGS: {
  name: string;
  by: "server" | "client";
  keys: string;
  shows: string;
}[] = [
  {
    name: "message_server ends both with bye",
    by: "server",
    keys: "bye\r",
    shows: "Received from server: bye",
  },
  {
    name: "message_server ends both at Ctrl+D",
    by: "server",
    keys: "\x04",
    shows: "Received from server: bye",
  },
  {
    name: "message_server ends both at Ctrl+C, half a line typed",
    by: "server",
    keys: "half\x03",
    shows: "Received from server: bye",
  },
  {
    name: "message_client ends both with bye",
    by: "client",
    keys: "bye\r",
    shows: "from connected user: bye",
  },
];

for (const { name, by, keys, shows } of ENDINGS) {
  Deno.test({ name, ...terminals }, async () => {
    await using pair = await conversation();
    await pair[by].type(keys);
    const server = await pair.server.ending;
    const client = await pair.client.ending;
    assertEquals([server.code, client.code], [0, 0]);
    const { screen } = by === "server" ? client : server;
    assert(screen.includes(shows), screen.join("\n"));
  });
}

/** Keys that end the client alone, and its exit code. */
const LEAVINGS = [["Ctrl+D", "\x04", 0], ["Ctrl+C", "\x03", 130]] as const;

for (const [key, typed, code] of LEAVINGS) {
  Deno.test({
    name: `message_client ends alone at ${key}, and its server serves others`,
    ...terminals,
  }, async () => {
    await using pair = await conversation();
    const { server, client, port } = pair;
    await client.type(typed);
    assertEquals((await client.ending).code, code);
    await using other = new Terminal(
      commandOf("message_client", ["--port", port]),
    );
    await other.see(/^ ->$/);
    await other.type("me too\r");
    await server.see(/from connected user: me too\| ->$/);
    await server.type("\x03");
    assertEquals((await server.ending).code, 0);
    assertEquals((await other.ending).code, 0);
  });
}

for (const keys of ["bye\r", "\x04", "hello\rbye\r", "hello\r\x04"]) {
  Deno.test({
    name: `message_server ends at ${JSON.stringify(keys)} before anybody comes`,
    ...terminals,
  }, async () => {
    await using server = new Terminal(
      commandOf("message_server", ["--port", "0"]),
    );
    await server.see(/ port \d+/);
    await server.type(keys);
    assertEquals((await server.ending).code, 0);
  });
}

Deno.test({
  name: "message_server sends its first client what was typed before",
  ...terminals,
}, async () => {
  await using server = new Terminal(
    commandOf("message_server", ["--port", "0"]),
  );
  const port = / port (\d+)/.exec(await server.see(/ port \d+/))![1];
  await server.type("one\rtwo\r");
  await server.see(/two/);
  await using client = new Terminal(
    commandOf("message_client", ["--port", port]),
  );
  await client.see(/server: one\|Received from server: two/);
  await server.type("bye\r");
  assertEquals((await client.ending).code, 0);
});

Deno.test({
  name: "message_client ends without another Enter when its server is killed",
  ignore: !hasTerminal,
  permissions: runs("python3"),
}, async () => {
  await using server = await serve("message_server");
  await using client = new Terminal(
    commandOf("message_client", ["--port", `${server.port}`]),
  );
  await client.see(/^ ->$/);
  await client.type("half a li");
  await client.see(/half a li$/);
  server.kill("SIGKILL");
  const { code, screen } = await client.ending;
  assertEquals({ code, says: screen[0] }, {
    code: 74,
    says: "message_client: the server closed the connection without a bye",
  });
});

Deno.test({
  name: "lab run hands no Ctrl+C on that the terminal has sent to both already",
  ignore: !hasTerminal,
  permissions: { ...runs("python3"), net: ["127.0.0.1"] },
}, async () => {
  const lab = new URL("../../exercises/lab.ts", import.meta.url).href;
  // A terminal at only two of the three streams.
  await using server = new Terminal([
    ...["sh", "-c", 'exec "$0" "$@" < /dev/null'],
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt"],
    ...[`--allow-run=${Deno.execPath()}`, lab],
    ...["run", "echo_server", "--port", "0"],
  ]);
  const [, port] = / port (\d+)/.exec(await server.see(/Waiting to receive/))!;
  // While a client is connected a stop takes its time; a second signal ends it.
  using _client = await connectTcp({
    hostname: "127.0.0.1",
    port: Number(port),
  });
  await server.type("\x03");
  assertEquals((await server.ending).code, 0);
});

/** What each terminal of an example shows below its command line. */
function sessions(example: string): string[] {
  return example.trim().split("\n\n").map((session) =>
    session.split("\n").slice(1).join("\n").replace(/\d{4,}/g, "PORT")
  );
}
