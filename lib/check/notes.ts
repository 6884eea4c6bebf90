/**
 * The rules for the programs of the two notes: welcome and greeting.
 *
 * @module
 */

import type { Connection } from "../connection.ts";
import { writeAll } from "../stream.ts";
import { encode } from "./bytes.ts";
import type { Client } from "./client.ts";
import {
  readBytes,
  readJust,
  readMessage,
  readText,
  sendSlowly,
} from "./exchange.ts";
import type { Ending } from "./program.ts";
import { Finding, type Rule } from "./rule.ts";
import type { Server } from "./server.ts";

/** The rules for a server that says `text`, after `question` if there is one. */
export function sayingServer(
  note: string,
  question: string,
  text: string,
): Rule<Server>[] {
  const greeted = async (server: Server) => {
    const conn = await server.connect();
    if (question) await writeAll(conn, encode(question));
    return conn;
  };
  return [
    {
      id: "says",
      tier: "basic",
      title: `says \`${text}\``,
      why: `${note}: the server sends \`${text}\`.`,
      readOn: "the note's programs",
      hint: "Compare letter by letter; no line end is added.",
      run: async (server) => {
        using conn = await greeted(server);
        await readJust(conn, text);
      },
    },
    {
      id: "says-again",
      tier: "strict",
      title: "says it to the next client too, and while one is silent",
      why: "A server serves its clients side by side.",
      readOn: "accept(2)",
      hint: "Give each client a thread or a task.",
      needs: ["says"],
      run: async (server) => {
        using silent = await server.connect();
        for (let client = 0; client < 3; client++) {
          using conn = await greeted(server);
          await readText(conn, text);
        }
        // Whoever throws it out to serve the next one serves one after another, too.
        if (question) await writeAll(silent, encode(question));
        await readText(silent, text);
      },
    },
    {
      id: "closes",
      tier: "strict",
      title: "closes when both have said everything",
      why: "The end of file tells the client that the answer is whole.",
      readOn: "close(2), shutdown(2)",
      hint: "Close the connection in a place that is always reached.",
      needs: ["says"],
      run: async (server) => {
        using conn = await greeted(server);
        await readText(conn, text);
        await conn.closeWrite();
        const received = await readBytes(conn, undefined, {});
        if (received.length > 0) {
          throw new Finding("it said more than that", { received });
        }
      },
    },
  ];
}

/** The rules for a client that says `question`, if any, and shows `text`. */
export function hearingClient(
  note: string,
  question: string,
  text: string,
): Rule<Client>[] {
  const wanted = `Received b'${text}'`;
  const check = ({ stdout }: Ending) => {
    if (stdout.text.includes(wanted)) return;
    throw new Finding(`it did not print \`${wanted}\``, {
      expected: encode(wanted + "\n"),
      received: stdout.bytes,
    });
  };
  const hear = async (conn: Connection) => {
    if (question) await readMessage(conn, encode(question));
  };
  return [
    {
      id: "hears",
      tier: "basic",
      title: `prints \`${wanted}\``,
      why: `${note}: the client shows what the server sends.`,
      readOn: "the note's programs",
      hint: "print('Received', repr(data)) is what the note uses.",
      run: async (client) =>
        check(
          await client.against(async (conn) => {
            await hear(conn);
            await writeAll(conn, encode(text));
          }),
        ),
    },
    {
      id: "hears-pieces",
      tier: "strict",
      title: "prints all of it, also if it comes byte by byte",
      why:
        "One read returns what has arrived so far (RFC 9293, section 3.9.1).",
      readOn: "recv(2)",
      hint: "Read until recv returns nothing, then print.",
      needs: ["hears"],
      run: async (client) =>
        check(
          await client.against(async (conn) => {
            await hear(conn);
            await sendSlowly(conn, encode(text));
          }),
        ),
    },
  ];
}
