/**
 * The rules for TCP echo clients: sheet 4.2.6, and TCP itself.
 *
 * @module
 */

import type { Connection } from "../connection.ts";
import { pause } from "../deadline.ts";
import { writeAll } from "../stream.ts";
import { encode, MESSAGE, SHEET_TEXT } from "./bytes.ts";
import { type Client, requireSuccess } from "./client.ts";
import {
  NOTICED,
  readMessage,
  READS_ONCE,
  readSurplus,
  sendSlowly,
} from "./exchange.ts";
import type { Program } from "./program.ts";
import { Finding, findWithin, type Rule } from "./rule.ts";

/** Bangla: every letter is three bytes of UTF-8. */
const BANGLA = "বাংলা ভাষায় লেখা";
/** What is no echo of the sheet's message, though as long. */
const WRONG_ECHO = encode(SHEET_TEXT.replace("e", "a"));
/** The delay before the echo: a client that does not wait has ended by then, in ms. */
const ECHO_MS = 200;
/** How long a client may wait for a server that says nothing, in ms. */
const PATIENCE_MS = 12_000;

/** Exit codes between say that a signal ended a program; C's exit(-1) is 255. */
const SIGNALLED = 128, SIGNALS = 64;
/** What runtimes print of an error that nobody has handled, from Python to C++. */
const CRASH =
  /^Traceback \(most|^\s+at .*:\d+:\d+\)?( \{)?$|panicked at |^panic: |Exception in thread|^Unhandled exception|^terminate called|\.rb:\d+:in |^stack ?trace/im;

/** Returns if a client waits for its echo. @throws {Finding} if it ends without */
async function stays(program: Program): Promise<void> {
  const end = program.ending.then(() => true);
  if (await Promise.race([end, pause(ECHO_MS)])) {
    throw new Finding("it ended before its message was back");
  }
}

/** Echoes byte by byte; a client that closes before the last one is found out. */
async function echoBytes(conn: Connection, text: string): Promise<void> {
  const message = encode(text);
  await readMessage(conn, message);
  const isAscii = message.length === text.length;
  await sendSlowly(conn, message, (sent) => {
    if (sent <= NOTICED) {
      // Only a client that reads in a loop gets what is not ASCII.
      return isAscii
        ? READS_ONCE
        : "it decodes each read, which may end inside a character";
    }
    const characters = Array.from(text).length;
    // Its close is noticed one or two bytes later.
    return sent - 2 <= characters && characters <= sent
      ? "it counts characters, not bytes"
      : undefined;
  });
}

/** What a client shows behind every `Received`, joined: there is one for each read. */
function shownAsReceived(stdout: string): string {
  return Array.from(stdout.matchAll(/Received:? ?(.*)/g), ([, shown]) => {
    const [, , quoted] = /(['"])(.*)\1/.exec(shown) ?? [];
    return quoted ?? shown;
  }).join("");
}

/** The rules, in the order in which they are judged. */
export const ECHO_CLIENT_RULES: readonly Rule<Client>[] = [
  {
    id: "client-sends",
    tier: "basic",
    title: "connects, sends the sheet's message, and ends when it is back",
    why: "Sheet 4.2.6: the client sends `Test message: SDN course examples`.",
    readOn: "exercises/echo_client.ts",
    hint: "Send just the message, without a line end.",
    run: async (client) => {
      const ending = await client.against(async (conn, program) => {
        await readMessage(conn, MESSAGE);
        await stays(program);
        await writeAll(conn, MESSAGE);
        const surplus = await readSurplus(conn);
        if (surplus.length > 0) {
          throw new Finding("it sent more than the message", {
            received: surplus,
          });
        }
      });
      requireSuccess(ending);
    },
  },
  {
    id: "client-shows",
    tier: "basic",
    title: "prints what it received",
    why: "Sheet 4.2.6: `Received: b'…'` for each read.",
    readOn: "the sheet's console",
    hint: "Print the data that recv returned, behind `Received:`.",
    needs: ["client-sends"],
    run: async (client) => {
      const { stdout } = await client.against(async (conn) => {
        await readMessage(conn, MESSAGE);
        await writeAll(conn, MESSAGE);
      });
      if (!shownAsReceived(stdout.text).includes(SHEET_TEXT)) {
        throw new Finding("it did not print `Received` with the message", {
          received: stdout.bytes,
        });
      }
      // It need not print what is no echo; but it did not receive its message.
      const other = await client.against(async (conn) => {
        await readMessage(conn, MESSAGE);
        await writeAll(conn, WRONG_ECHO);
      });
      if (shownAsReceived(other.stdout.text).trim() !== SHEET_TEXT) return;
      throw new Finding(
        "it printed `Received` with its own message, though another came",
        { expected: WRONG_ECHO, received: MESSAGE },
        "it prints what it sent",
      );
    },
  },
  {
    id: "client-reads-all",
    tier: "strict",
    title: "reads until all its bytes are back, however they come",
    why: "One read returns what has arrived so far (RFC 9293, section 3.9.1).",
    readOn: "recv(2)",
    hint: "Read in a loop, and count the bytes that came.",
    needs: ["client-sends"],
    run: async (client) => {
      requireSuccess(
        await client.against((conn) => echoBytes(conn, SHEET_TEXT)),
      );
    },
  },
  {
    id: "client-counts-bytes",
    tier: "strict",
    title: "counts bytes, not characters",
    why: "TCP carries octets; a character of UTF-8 is one to four (RFC 3629).",
    readOn: "exercises/echo_client.ts --answer",
    hint: "Take the length of the encoded message: len(text.encode()).",
    needs: ["client-reads-all"],
    run: async (client) => {
      client.requireText();
      requireSuccess(
        await client.against((conn) => echoBytes(conn, BANGLA), {
          text: BANGLA,
        }),
      );
    },
  },
  {
    id: "client-early-close",
    tier: "strict",
    title: "ends when the server closes before all is back",
    why:
      "recv returns nothing at the end of file, again and again: who waits for " +
      "more bytes then waits for ever.",
    readOn: "recv(2); Python: `if not data: break`",
    hint: "Leave the loop when recv returns nothing.",
    needs: ["client-sends"],
    run: async (client) => {
      await client.against(async (conn) => {
        await readMessage(conn, MESSAGE);
        await writeAll(conn, MESSAGE.subarray(0, 5));
      });
    },
  },
  {
    id: "client-wrong-answer",
    tier: "strict",
    title: "notices that what comes back is something else",
    why:
      "An echo is the same bytes (RFC 862): whoever checks nothing, tests nothing.",
    readOn: "exercises/echo_client.ts",
    hint: "Compare, and end with another exit code than 0: sys.exit(1).",
    needs: ["client-reads-all"],
    run: async (client) => {
      const { code } = await client.against(async (conn) => {
        await readMessage(conn, MESSAGE);
        await writeAll(conn, WRONG_ECHO);
      });
      if (code === 0) {
        throw new Finding("it ended with exit code 0 after a wrong echo");
      }
    },
  },
  {
    id: "client-timeout",
    tier: "strict",
    title: "does not wait for ever for a server that says nothing",
    why: "Sheet 4.2.5: a timeout bounds the waiting.",
    readOn: "exercises/socket_timeout.ts --answer; Python: settimeout",
    hint: `Set a timeout of some seconds: less than ${PATIENCE_MS / 1000}.`,
    needs: ["client-sends"],
    run: async (client) => {
      await client.against(async (conn, program) => {
        await readMessage(conn, MESSAGE);
        await findWithin(
          PATIENCE_MS,
          program.ending,
          `it still waited ${
            PATIENCE_MS / 1000
          } s after it had sent its message`,
        );
      });
    },
  },
  {
    id: "client-refused",
    tier: "strict",
    title: "says in words that there is no server, and ends",
    why:
      "Sheet 4.2.6: without the server the connection is refused; that is no " +
      "bug of the client, and no reason to crash.",
    readOn: "connect(2), ECONNREFUSED; Python: ConnectionRefusedError",
    hint: "Catch the error of connect, print a sentence, and exit with 1.",
    run: async (client) => {
      const { code, stdout, stderr } = await client.alone();
      if (code === 0) {
        throw new Finding(
          "it ended with exit code 0 though there was no server",
        );
      }
      const isSignalled = code > SIGNALLED && code <= SIGNALLED + SIGNALS;
      if (isSignalled || CRASH.test(stderr.text)) {
        throw new Finding("it crashed", {
          received: stderr.bytes,
        }, "an error is not handled, or its handling has an error itself");
      }
      if ((stdout.text + stderr.text).trim() === "") {
        throw new Finding("it said nothing");
      }
    },
  },
];
