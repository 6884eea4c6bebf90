/**
 * People type lines at both ends: the server's side of the conversation.
 *
 * ```text
 * terminal 1 $ deno run --allow-net=127.0.0.1:8000 exercises/message_server.ts
 * terminal 2 $ deno run --allow-net=127.0.0.1:8000 exercises/message_client.ts
 * ```
 *
 * What is typed here goes to every client. `bye`, from either side, ends both;
 * Ctrl+D here says it for you. Without a keyboard the server only listens.
 *
 * @module
 */

import { formatPeer } from "../lib/endpoint.ts";
import type { Exercise } from "../lib/exercise.ts";
import { encodeLine, isBye, readLines } from "../lib/lines.ts";
import {
  addressOption,
  flagOption,
  portOption,
  secondsOption,
} from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { announce, reportError } from "../lib/report.ts";
import { runExercise } from "../lib/run.ts";
import type { Session } from "../lib/session.ts";
import { readChunks, writeAll } from "../lib/stream.ts";
import { serveTcp } from "../lib/tcp.ts";
import { Prompt, typedLines } from "../lib/terminal.ts";
import { visibleBytes } from "../lib/text.ts";

const options = {
  host: addressOption("the address to listen on; 0.0.0.0 for other PCs too"),
  port: portOption(8000, 0),
  idle: secondsOption(3600, "close a client that sends no line for so long"),
  keep: flagOption("go on when the last client has said bye"),
};

export const exercise: Exercise = {
  id: "message_server",
  sheet: "5.5",
  title: "Message exchange, server",
  alias: "socket_server",
  role: "server",
  client: "message_client",
  options,
  example: `
terminal 1 $ deno run --allow-net=127.0.0.1:8000 exercises/message_server.ts
Listening on 127.0.0.1 port 8000
Connection from: ('127.0.0.1', 51234)
from connected user: hello
 -> good morning
from connected user: bye

terminal 2 $ deno run --allow-net=127.0.0.1:8000 exercises/message_client.ts
 -> hello
Received from server: good morning
 -> bye`,
  questions: [{
    question: "How do the two sides know where one message ends?",
    answer: `
By a rule of their own, since TCP has no messages: one message is one line, ended
by a line feed. So an empty line is a message too, a line that arrives in pieces is
put together, and several lines in one read are taken apart. Text is decoded only
when its line is complete, so that no character is cut in two. The line "bye" ends
the conversation, by the same kind of rule; Ctrl+D at the server says it for you.`,
  }],
  demo: {
    conversation: [
      ["client", "hello"],
      ["server", "good morning"],
      ["client", "শুভ সকাল"],
      ["client", ""],
      ["client", "bye"],
    ],
  },
  permissions: { net: ["127.0.0.1:8000"] },
};

/** How long a client may take to read a message before it is given up, in ms. */
const SEND_MS = 5000;

/** Sends a line to all; one that does not read holds up the others for 5 s at most. */
export async function tell(
  clients: Iterable<Session>,
  line: Uint8Array,
): Promise<void> {
  const message = encodeLine(line);
  const send = (session: Session) =>
    writeAll(session.conn, message, { session, timeoutMs: SEND_MS });
  // What failed ends the reading, too, and is told by that.
  await Promise.allSettled(Array.from(clients, send));
}

/**
 * Shows what one client says; returns whether it ended with `bye`. Only a whole
 * line counts as a sign of life: one that drips in would hold its place for ever.
 */
export async function listen(
  conn: Deno.TcpConn,
  session: Session,
  idleMs: number,
  print: (line: string) => void,
): Promise<boolean> {
  const client = formatPeer(conn.remoteAddr as Deno.NetAddr);
  print(`Connection from: ${client}`);
  const awaitLine = () =>
    session.reading.set(idleMs, `no line came from ${client}`);
  awaitLine();
  for await (const line of readLines(readChunks(conn, { session }))) {
    print(`from connected user: ${visibleBytes(line)}`);
    if (isBye(line)) return true;
    awaitLine();
  }
  return false;
}

export async function main(args: string[], stop: AbortSignal): Promise<void> {
  const { host, port, idle, keep } = await parseOptions(options, args);
  const prompt = new Prompt(" -> ");
  const clients = new Set<Session>();
  const bye = new TextEncoder().encode("bye");
  const ended = new AbortController();

  // Typed lines wait until the first client is there to read them.
  const speak = async () => {
    prompt.show();
    for await (const line of typedLines()) {
      if (clients.size === 0) console.error("Nobody is connected: not sent.");
      await tell(clients, line);
      if (isBye(line)) return ended.abort();
      prompt.show();
    }
    // Ctrl+D ends the conversation; without a keyboard the server only listens.
    if (Deno.stdin.isTerminal()) {
      await tell(clients, bye);
      ended.abort();
    }
  };
  let speaking: Promise<void> | undefined;
  let failure: unknown;

  await using server = serveTcp(
    {
      hostname: host,
      port,
      signal: ended.signal,
      onError: (error) => prompt.above(() => reportError(exercise, error)),
    },
    async (conn, session) => {
      clients.add(session);
      let saidBye = false;
      try {
        speaking ??= speak().catch((error) => {
          failure = error;
          ended.abort();
        });
        saidBye = await listen(conn, session, idle * 1000, prompt.print);
        if (saidBye && clients.size === 1 && !keep) ended.abort();
      } finally {
        clients.delete(session);
        const peer = formatPeer(conn.remoteAddr as Deno.NetAddr);
        if (!saidBye && !ended.signal.aborted) {
          prompt.above(() => console.error(`${peer} has left`));
        }
      }
    },
  );
  const end = () => {
    tell(clients, bye);
    ended.abort();
  };
  stop.addEventListener("abort", end);
  if (stop.aborted) end();
  console.error(`Listening on ${host} port ${server.addr.port}`);
  announce(exercise, server.addr);
  await server.finished;
  prompt.hide();
  if (failure) throw failure;
}

if (import.meta.main) await runExercise(exercise, main);
