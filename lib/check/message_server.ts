/**
 * The rules for message servers: sheet 5.5, where people type lines at both ends.
 *
 * @module
 */

import type { Connection } from "../connection.ts";
import { pause } from "../deadline.ts";
import { writeAll } from "../stream.ts";
import { encode } from "./bytes.ts";
import { readBytes, readJust, readText, sendSlowly } from "./exchange.ts";
import { Closed, type Rule } from "./rule.ts";
import type { Server } from "./server.ts";

/** What the server has to print for a message. */
function shown(server: Server, text: string): Promise<void> {
  const line = `from connected user: ${text}`;
  return server.printed(
    (stdout) => stdout.includes(`${line}\n`) || stdout.includes(`${line}\r\n`),
    `\`${line}\` on a line`,
  );
}

/** Types an answer: a server that takes turns reads on only then. */
async function answer(server: Server): Promise<void> {
  try {
    await server.type("go on\n");
  } catch (error) {
    if (!(error instanceof Closed)) throw error; // it may have no keyboard
  }
}

/** Waits until the server has said who connected: by its address or its port. */
function connected(server: Server, conn: Connection): Promise<void> {
  const { hostname, port } = conn.localAddr;
  const isIt = (line: string) => {
    const [, who = ""] = line.split("Connection from: ");
    if (who.includes(String(port))) return true;
    const isOwn = who.includes(String(server.endpoint.port));
    // One number behind the address is a port: another one, as in a wrong order.
    const isOther = /^\W*\d+\W*$/.test(who.replace(hostname, ""));
    return who.includes(hostname) && !isOwn && !isOther;
  };
  return server.printed(
    (stdout) => stdout.split("\n").some(isIt),
    `\`Connection from: ('${hostname}', ${port})\`, the address of its client`,
  );
}

/** The rules, in the order in which they are judged. */
export const MESSAGE_SERVER_RULES: readonly Rule<Server>[] = [
  {
    id: "message-shown",
    tier: "basic",
    title: "prints who connected, and what that client says",
    why: "Sheet 5.5: `Connection from: …`, `from connected user: <text>`.",
    readOn: "exercises/message_server.ts",
    hint:
      "accept returns the client's address. Print at once, and flush: a pipe " +
      "is not a terminal.",
    run: async (server) => {
      using conn = await server.connect();
      await connected(server, conn);
      await writeAll(conn, encode("hello\n"));
      await shown(server, "hello");
    },
  },
  {
    id: "message-answer",
    tier: "basic",
    title: "sends what is typed at it to the client",
    why: "Sheet 5.5: people type lines at both ends.",
    readOn: "exercises/message_server.ts",
    hint: "Read a line from the keyboard, encode it, and send it.",
    needs: ["message-shown"],
    run: async (server) => {
      using conn = await server.connect();
      await writeAll(conn, encode("hello\n"));
      await shown(server, "hello");
      await server.type("good morning\n");
      await readText(conn, "good morning");
    },
  },
  {
    id: "message-line",
    tier: "strict",
    title: "ends what it sends with one newline",
    why:
      "TCP keeps no message boundaries: the line end is what ends a message.",
    readOn: "exercises/message_server.ts --answer",
    hint: 'Send the text and "\\n" in one sendall.',
    needs: ["message-answer"],
    run: async (server) => {
      using conn = await server.connect();
      await writeAll(conn, encode("hello\n"));
      await shown(server, "hello");
      await server.type("good morning\n");
      await readJust(conn, "good morning\n");
    },
  },
  {
    id: "message-framing",
    tier: "strict",
    title: "takes one line for one message, however it is cut or joined",
    why: "A read may bring half a line or three (RFC 9293, section 3.9.1).",
    readOn: "lib/lines.ts; Python: conn.makefile()",
    hint: "Collect bytes until a newline; what stands behind it is kept.",
    needs: ["message-shown"],
    run: async (server) => {
      using conn = await server.connect();
      for (const piece of ["in thr", "ee pie", "ces\n"]) {
        await writeAll(conn, encode(piece));
        await pause(50);
      }
      await shown(server, "in three pieces");
      await answer(server);
      await writeAll(conn, encode("two in one\nsegment\n"));
      await shown(server, "two in one");
      await answer(server);
      await shown(server, "segment");
    },
  },
  {
    id: "message-characters",
    tier: "strict",
    title: "shows a character that was cut in two as it is",
    why: "A segment may end inside a character of UTF-8 (RFC 3629).",
    readOn: "Python: codecs.getincrementaldecoder, or decode whole lines",
    hint: "Decode a line when it is complete, not each read.",
    needs: ["message-framing"],
    run: async (server) => {
      using conn = await server.connect();
      await sendSlowly(conn, encode("বাংলা\n"));
      await shown(server, "বাংলা");
    },
  },
  {
    id: "message-empty-line",
    tier: "strict",
    title: "takes an empty line for a message, and goes on",
    why: "Nothing typed is still a line; only the end of file is the end.",
    readOn: "exercises/message_server.ts --answer",
    hint:
      "Test for the end of file (recv returned nothing), not for an empty text.",
    needs: ["message-framing"],
    run: async (server) => {
      using conn = await server.connect();
      await writeAll(conn, encode("\n"));
      await shown(server, "");
      await answer(server);
      await writeAll(conn, encode("after it\n"));
      await shown(server, "after it");
    },
  },
  {
    id: "message-any-time",
    tier: "strict",
    title: "sends what is typed without waiting for the client to speak first",
    why:
      "Either side types at any time: the two directions of a connection do not " +
      "take turns (RFC 9293, section 2.2: data flows both ways).",
    readOn: "Python: threading, select; exercises/message_client.ts --answer",
    hint: "Read the keyboard in one thread, and the connection in another.",
    needs: ["message-answer"],
    run: async (server) => {
      using conn = await server.connect();
      await connected(server, conn);
      await server.type("I speak first\n");
      await readText(conn, "I speak first");
    },
  },
  {
    id: "message-two-clients",
    tier: "strict",
    title: "serves a second client while the first is connected",
    why: "A server serves its clients side by side.",
    readOn: "accept(2)",
    hint: "Go back to accept while a client is served by a thread or task.",
    needs: ["message-shown"],
    run: async (server) => {
      using first = await server.connect();
      await writeAll(first, encode("I am the first\n"));
      await shown(server, "I am the first");
      using second = await server.connect();
      await writeAll(second, encode("I am the second\n"));
      await shown(server, "I am the second");
      await writeAll(first, encode("I am still here\n"));
      await shown(server, "I am still here");
    },
  },
  {
    id: "message-client-bye",
    tier: "strict",
    title: "closes the connection when the client says bye",
    why: "`bye` ends the conversation for both ends.",
    readOn: "exercises/message_server.ts",
    hint: "Compare the line with bye, then close the connection.",
    needs: ["message-framing"],
    run: async (server) => {
      using conn = await server.connect();
      await writeAll(conn, encode("bye\n"));
      await readBytes(conn, undefined, { sent: encode("bye\n") });
    },
  },
  {
    id: "message-server-bye",
    tier: "strict",
    title: "sends the bye that is typed at it, then closes",
    why: "`bye` is a message like any other before it is the end.",
    readOn: "exercises/message_server.ts",
    hint: "Send first, then leave the loop.",
    needs: ["message-any-time", "message-line"],
    run: async (server) => {
      using conn = await server.connect();
      await connected(server, conn);
      await server.type("bye\n");
      await readText(conn, "bye\n");
      await readBytes(conn, undefined, {});
    },
  },
];
