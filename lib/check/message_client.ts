/**
 * The rules for message clients: sheet 5.5, where people type lines at both ends.
 *
 * @module
 */

import type { Connection } from "../connection.ts";
import { pause } from "../deadline.ts";
import { writeAll } from "../stream.ts";
import { encode } from "./bytes.ts";
import { type Client, requireSuccess } from "./client.ts";
import { readBytes, readJust, readText, sendSlowly } from "./exchange.ts";
import type { Program } from "./program.ts";
import { Closed, Finding, type Rule } from "./rule.ts";

/** How long a client may take to leave by itself once it has said bye, in ms. */
const LEAVE_MS = 300;
/** The pause between answers to a client that takes turns, in ms. */
const ANSWER_MS = 100;

/** Waits until the client has shown a message. */
function shown(program: Program, text: string): Promise<void> {
  const line = `Received from server: ${text}`;
  return program.printed((stdout) => stdout.includes(line), `\`${line}\``);
}

/** Ends the conversation from the server's side. */
async function bye(conn: Connection): Promise<void> {
  await writeAll(conn, encode("bye\n")).catch(() => {}); // It is gone already.
}

/** Waits for the client to leave, which is still connected. @throws {Finding} if it stays */
async function leaves(conn: Connection): Promise<void> {
  try {
    await readBytes(conn, undefined, {});
  } catch (error) {
    if (error instanceof Closed) return; // in whatever way
    throw new Finding("it stayed after the server's bye");
  }
}

/** The rules, in the order in which they are judged. */
export const MESSAGE_CLIENT_RULES: readonly Rule<Client>[] = [
  {
    id: "message-sends",
    tier: "basic",
    title: "sends what is typed at it",
    why: "Sheet 5.5: people type lines at both ends.",
    readOn: "exercises/message_client.ts",
    hint: "Read a line from the keyboard, encode it, and send it.",
    run: async (client) => {
      await client.against(async (conn, program) => {
        await program.type("hello\n");
        await readText(conn, "hello");
        await writeAll(conn, encode("good morning\n"));
        await program.type("bye\n");
        await bye(conn);
      }, { mayStay: true });
    },
  },
  {
    id: "message-shows",
    tier: "basic",
    title: "prints what the server says",
    why: "Sheet 5.5: `Received from server: <text>`.",
    readOn: "exercises/message_client.ts",
    hint: "Print at once, and flush: a pipe is not a terminal.",
    needs: ["message-sends"],
    run: async (client) => {
      await client.against(async (conn, program) => {
        await program.type("hello\n");
        await readText(conn, "hello");
        await writeAll(conn, encode("good morning\n"));
        await shown(program, "good morning");
        await program.type("bye\n");
        await bye(conn);
      }, { mayStay: true });
    },
  },
  {
    id: "message-sends-line",
    tier: "strict",
    title: "ends what it sends with one newline, an empty line too",
    why:
      "TCP keeps no message boundaries: the line end is what ends a message.",
    readOn: "exercises/message_server.ts --answer",
    hint: 'Send the text and "\\n" in one sendall, whatever the text is.',
    needs: ["message-sends"],
    run: async (client) => {
      await client.against(async (conn, program) => {
        await program.type("hello\n\nবাংলা\n");
        // For a client that takes turns: answers, which one read may join.
        const answers = setInterval(
          () => writeAll(conn, encode("go on\n")).catch(() => {}), // it has left
          ANSWER_MS,
        );
        try {
          await readJust(conn, "hello\n\nবাংলা\n");
        } finally {
          clearInterval(answers);
        }
      }, { mayStay: true });
    },
  },
  {
    id: "message-hears-any-time",
    tier: "strict",
    title: "shows what the server says while its user types nothing",
    why:
      "Either side types at any time (RFC 9293, section 2.2: data flows both ways).",
    readOn: "exercises/message_client.ts --answer",
    hint: "Read the keyboard in one thread, and the connection in another.",
    needs: ["message-shows"],
    run: async (client) => {
      await client.against(async (conn, program) => {
        await writeAll(conn, encode("I speak first\n"));
        await shown(program, "I speak first");
        await program.type("bye\n");
        await bye(conn);
      }, { mayStay: true });
    },
  },
  {
    id: "message-hears-lines",
    tier: "strict",
    title: "takes one line for one message, however it is cut or joined",
    why: "A read may bring half a line or three, and half a character.",
    readOn: "lib/lines.ts; Python: conn.makefile()",
    hint: "Collect bytes until a newline, and decode the whole line.",
    needs: ["message-hears-any-time"],
    run: async (client) => {
      await client.against(async (conn, program) => {
        await sendSlowly(conn, encode("বাংলা\n"));
        await shown(program, "বাংলা");
        await writeAll(conn, encode("two in one\nsegment\n"));
        await shown(program, "two in one");
        await shown(program, "segment");
        await program.type("bye\n");
        await bye(conn);
      }, { mayStay: true });
    },
  },
  {
    id: "message-says-bye",
    tier: "strict",
    title: "sends the bye that is typed at it, and ends",
    why: "`bye` is a message like any other before it is the end.",
    readOn: "exercises/message_client.ts",
    hint: "Send first, then leave the loop.",
    needs: ["message-sends-line"],
    run: async (client) => {
      requireSuccess(
        await client.against(async (conn, program) => {
          await program.type("bye\n");
          await readText(conn, "bye\n");
          // It may end at once, or wait for its server to close.
          await Promise.race([program.ending, pause(LEAVE_MS)]);
          await conn.closeWrite();
          await readBytes(conn, undefined, {});
        }),
      );
    },
  },
  {
    id: "message-hears-bye",
    tier: "strict",
    title: "ends at the server's bye without another Enter",
    why: "`bye` ends the conversation for both ends.",
    readOn: "exercises/message_client.ts",
    hint: "When the connection is done, end the process, whoever still types.",
    needs: ["message-hears-any-time"],
    run: async (client) => {
      requireSuccess(
        await client.against(async (conn) => {
          await bye(conn);
          await leaves(conn);
        }),
      );
    },
  },
  {
    id: "message-server-leaves",
    tier: "strict",
    title: "ends when the server is gone, without another Enter",
    why: "At the end of file nothing more can come (RFC 9293, section 3.6).",
    readOn: "recv(2)",
    hint: "recv returned nothing: say so, and end the process.",
    needs: ["message-hears-any-time"],
    run: async (client) => {
      await client.against((conn) => {
        conn.close();
        return Promise.resolve();
      });
    },
  },
];
