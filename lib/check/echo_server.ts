/**
 * The rules for TCP echo servers: sheet 4.2.6, RFC 862, and TCP itself.
 *
 * @module
 */

import { encode, MESSAGE } from "./bytes.ts";
import {
  breakOff,
  echoHalfClosed,
  echoJust,
  echoOnce,
  echoPieces,
  echoSideBySide,
  echoSlowly,
  expectEcho,
  logged,
  LONG,
} from "./echo.ts";
import { readBytes } from "./exchange.ts";
import type { Rule } from "./rule.ts";
import type { Server } from "./server.ts";

/** The rules, in the order in which they are judged. */
export const ECHO_SERVER_RULES: readonly Rule<Server>[] = [
  {
    id: "echo-reply",
    tier: "basic",
    title: "sends back what it was sent",
    why: "Sheet 4.2.6: the server sends the data back to the client (RFC 862).",
    readOn: "exercises/echo_server.ts",
    hint: "Send the very bytes that recv returned: no text, no line end added.",
    run: (server) => echoJust(server, MESSAGE),
  },
  {
    id: "echo-next-client",
    tier: "basic",
    title: "serves the next client when one is done",
    why: "Sheet 4.2.6: the server waits for the next message in a loop.",
    readOn: "accept(2)",
    hint: "accept belongs in a loop: each call returns one client.",
    needs: ["echo-reply"],
    run: async (server) => {
      for (let client = 0; client < 3; client++) {
        await echoOnce(server, MESSAGE);
      }
    },
  },
  {
    id: "echo-loop",
    tier: "strict",
    title: "reads until the client is done, however much comes",
    why:
      "TCP is a stream: one read returns what has arrived so far, and no more " +
      "than the buffer holds (RFC 9293, section 3.9.1).",
    readOn: "recv(2); exercises/echo_server.ts --answer",
    hint: "Put recv and sendall in a loop that ends when recv returns nothing.",
    needs: ["echo-reply"],
    run: async (server) => {
      using conn = await server.connect();
      await expectEcho(
        conn,
        LONG,
        (received) =>
          received.length > 0 && LONG.length > received.length
            ? `it read once, up to ${received.length} bytes, and not in a loop`
            : undefined,
      );
    },
  },
  {
    id: "echo-every-byte",
    tier: "strict",
    title: "returns all 256 byte values unchanged",
    why: "TCP is a stream of bytes, not of characters (RFC 9293, section 2.2).",
    readOn: "Python: bytes and str; exercises/echo_client.ts --answer",
    hint: "Do not decode what you echo: bytes go back as bytes.",
    needs: ["echo-reply"],
    run: (server) =>
      echoOnce(server, Uint8Array.from({ length: 256 }, (_, byte) => byte)),
  },
  {
    id: "echo-pieces",
    tier: "strict",
    title: "returns what comes byte by byte, also a character cut in two",
    why: "A segment may end anywhere, also inside a character of UTF-8.",
    readOn: "RFC 3629, section 3",
    hint: "Each read may bring one byte: echo it, and read on.",
    needs: ["echo-loop", "echo-every-byte"],
    run: echoPieces,
  },
  {
    id: "echo-mebibyte",
    tier: "strict",
    title: "returns every byte of 1 MiB and more to a client that reads slowly",
    why: "send may take only a part of its bytes (send(2)).",
    readOn: "send(2); Python: socket.sendall",
    hint: "Use sendall, or repeat send with what is left.",
    needs: ["echo-loop"],
    run: echoSlowly,
  },
  {
    id: "echo-half-close",
    tier: "strict",
    title: "returns everything to a client that has half-closed, then closes",
    why: "An end of file says that no more comes, not that nobody reads " +
      "(RFC 9293, section 3.6).",
    readOn: "shutdown(2)",
    hint: "At the end of file send what is left, then close.",
    needs: ["echo-loop"],
    run: echoHalfClosed,
  },
  {
    id: "echo-empty-client",
    tier: "strict",
    title: "closes the connection of a client that sent nothing",
    why:
      "Every connection is closed, whether data came or not: each one that " +
      "stays open uses up a descriptor.",
    readOn: "close(2); Python: with conn:",
    hint: "Close in a place that is always reached: finally, or with.",
    needs: ["echo-reply"],
    run: async (server) => {
      using conn = await server.connect();
      await conn.closeWrite();
      await readBytes(
        conn,
        undefined,
        {},
        () => "the connection is closed only if data came",
      );
    },
  },
  {
    id: "echo-silent-neighbour",
    tier: "strict",
    title: "serves a client while another one is silent",
    why:
      "A server serves its clients side by side: who says nothing holds up " +
      "nobody.",
    readOn: "Python: socketserver.ThreadingTCPServer, asyncio.start_server",
    hint: "Give each client a thread or a task, and go back to accept at once.",
    needs: ["echo-next-client"],
    run: async (server) => {
      using silent = await server.connect();
      using conn = await server.connect();
      await expectEcho(
        conn,
        MESSAGE,
        (received) =>
          received.length === 0
            ? "it waits for the silent client before it accepts the next"
            : undefined,
      );
      // Whoever throws it out to serve the next one serves one after another, too.
      await expectEcho(
        silent,
        MESSAGE,
        () => "it gives the silent client up before it serves the next",
      );
    },
  },
  {
    id: "echo-parallel",
    tier: "strict",
    title: "serves ten clients at once, each with its own bytes",
    why: "A connection is named by both its ends: what belongs to one client " +
      "reaches no other (RFC 9293, section 3.3.1).",
    readOn: "exercises/questions.ts 5.2",
    hint: "Keep what belongs to a client in local variables.",
    needs: ["echo-silent-neighbour"],
    run: echoSideBySide,
  },
  {
    id: "echo-reset",
    tier: "strict",
    title: "goes on after a client broke its connection off",
    why:
      "A reset ends one connection (RFC 9293, section 3.5.3), not the server.",
    readOn:
      "ECONNRESET in recv(2), SIGPIPE and MSG_NOSIGNAL in send(2); Python: " +
      "ConnectionResetError",
    hint: "Catch the error where the client is served, close, and go on.",
    needs: ["echo-next-client"],
    run: async (server) => {
      await echoOnce(server, MESSAGE); // it runs, and we know where
      for (const isInFlood of [false, false, true]) {
        await breakOff(server, isInFlood);
      }
      await echoOnce(server, MESSAGE);
    },
  },
  {
    id: "echo-log-count",
    tier: "strict",
    title: "prints how many bytes it sent back",
    why: "Sheet 4.2.6: `sent <n> bytes back to ('<ip>', <port>)`.",
    readOn: "the sheet's console",
    hint: "Print the number, len(data), and not the data.",
    needs: ["echo-reply"],
    run: async (server) => {
      await echoOnce(server, MESSAGE);
      await logged(server, MESSAGE.length);
      const text = encode("বাংলা");
      await echoOnce(server, text);
      await logged(server, MESSAGE.length + text.length);
    },
  },
];
