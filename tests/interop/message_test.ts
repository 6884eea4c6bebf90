import { assertEquals, assertMatch } from "@std/assert";
import { serve, start } from "../child.ts";
import {
  has,
  type Netcat,
  NETCATS,
  runs,
  servePeer,
  startPeer,
} from "./peer.ts";

/**
 * A conversation, one character a byte, with the messages that each piece
 * completes. The next piece is sent when they were seen: so it arrives alone.
 */
const PIECES: [piece: string, messages: string[]][] = [
  ["one\ntw", ["one"]],
  ["o\nthree\nfo", ["two", "three"]],
  ["ur\r\n\n5\r6\n", ["four", "", "5\\r6"]],
  ["seven\n\xe0\xa6", ["seven"]],
  ["\xb6\n\xff\neight\n", ["শ", "\\xff", "eight"]],
  ["bye\n", ["bye"]],
];

/** Both ends of a conversation, each with how it shows what the other says. */
const ENDS = [
  {
    id: "message_server",
    label: "from connected user: ",
    async meet({ connect }: Netcat) {
      const ours = await serve("message_server");
      return { ours, peer: startPeer(connect(ours.port)) };
    },
  },
  {
    id: "message_client",
    label: "Received from server: ",
    async meet({ listen }: Netcat) {
      const peer = await servePeer(listen());
      return {
        ours: start("message_client", ["--port", `${peer.port}`]),
        peer,
      };
    },
  },
];

for (const { id, label, meet } of ENDS) {
  for (const netcat of NETCATS) {
    const { program } = netcat;

    Deno.test({
      name: `${id} puts together what ${program} sends, until it says bye`,
      ignore: !has(program),
      permissions: runs(program),
    }, async () => {
      const pair = await meet(netcat);
      await using ours = pair.ours;
      await using peer = pair.peer;
      for (const [piece, messages] of PIECES) {
        await peer.write(bytes(piece));
        const last = label + messages.at(-1);
        await ours.line(new RegExp(`^${RegExp.escape(last)}$`));
      }
      await peer.end();
      const { code, stdout } = await ours.result;
      assertEquals(code, 0);
      assertEquals(
        stdout.split("\n").filter((line) => line.startsWith(label)),
        PIECES.flatMap(([, messages]) => messages.map((text) => label + text)),
      );
    });

    Deno.test({
      name: `${id} sends ${program} what is typed, until bye`,
      ignore: !has(program),
      permissions: runs(program),
    }, async () => {
      const pair = await meet(netcat);
      await using ours = pair.ours;
      await using peer = pair.peer;
      await ours.write("good morning\n\nশুভ সকাল\nbye\nnever sent\n");
      await peer.line(/^bye$/);
      await peer.end();
      assertEquals((await ours.result).code, 0);
      const { code, stdout } = await peer.result;
      assertEquals(code, 0);
      assertMatch(stdout, /(^|\n)good morning\n\nশুভ সকাল\nbye\n$/);
    });
  }
}

Deno.test({
  name: "message_server talks with python3, socat, ncat and nc at once",
  ignore: !NETCATS.every(({ program }) => has(program)),
  permissions: runs(...NETCATS.map(({ program }) => program)),
}, async () => {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await serve("message_server"));
  const clients = NETCATS.map(({ connect }) =>
    stack.use(startPeer(connect(server.port)))
  );
  for (const [index, client] of clients.entries()) {
    await client.write(`I am ${index}\n`);
    await server.line(new RegExp(`^from connected user: I am ${index}$`));
  }
  await server.write("good morning\nbye\n");
  for (const client of clients) {
    await client.line(/^bye$/);
    await client.end();
    const { code, stdout } = await client.result;
    assertEquals({ code, stdout }, { code: 0, stdout: "good morning\nbye\n" });
  }
  assertEquals((await server.result).code, 0);
});

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
