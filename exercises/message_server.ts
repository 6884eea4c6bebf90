/**
 * People type lines at both ends: the server's side of the conversation.
 *
 * ```text
 * terminal 1 $ deno run --allow-net=127.0.0.1:8000 exercises/message_server.ts
 * terminal 2 $ deno run --allow-net=127.0.0.1:8000 exercises/message_client.ts
 * ```
 *
 * What is typed here goes to every client. `bye`, from either side, ends both;
 * Ctrl+D here says it for you. When a message arrives while you type, what you have
 * typed stays; Ctrl+R shows it again. Without a keyboard the server only listens.
 *
 * @module
 */

import type { Connection } from "../lib/connection.ts";
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
import { Outbox } from "../lib/outbox.ts";
import { announce, reportPeer } from "../lib/report.ts";
import { runExercise } from "../lib/run.ts";
import { readChunks } from "../lib/stream.ts";
import { serveTcp } from "../lib/tcp.ts";
import { Prompt, typedLines } from "../lib/terminal.ts";
import { visibleBytes } from "../lib/text.ts";

const options = {
  host: addressOption(),
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

const BYE = new TextEncoder().encode("bye");

/** Sends a line to all. One that does not read holds up only a flood of lines. */
export async function tell(
  clients: Iterable<Outbox>,
  line: Uint8Array,
): Promise<void> {
  const message = encodeLine(line);
  await Promise.all(Array.from(clients, (client) => client.send(message)));
}

/**
 * Shows what one client says; returns whether it ended with `bye`. Only a whole
 * line counts as a sign of life: one that drips in would hold its place for ever.
 */
export async function listen(
  conn: Connection,
  idleMs: number,
  print: (line: string) => void,
): Promise<boolean> {
  const client = formatPeer(conn.remoteAddr);
  print(`Connection from: ${client}`);
  const awaitLine = () =>
    conn.limitSilence(idleMs, `no line came from ${client}`);
  awaitLine();
  for await (const line of readLines(readChunks(conn))) {
    print(`from connected user: ${visibleBytes(line)}`);
    if (isBye(line)) return true;
    awaitLine();
  }
  return false;
}

export async function main(args: string[], stop: AbortSignal): Promise<void> {
  const { host, port, idle, keep } = await parseOptions(options, args);
  const prompt = new Prompt(" -> ");
  const clients = new Set<Outbox>();
  const arrived = Promise.withResolvers<void>();
  const ended = new AbortController();
  const end = () => {
    tell(clients, BYE);
    ended.abort();
  };

  await using server = serveTcp(
    {
      hostname: host,
      port,
      signal: ended.signal,
      onError: (error, peer) =>
        prompt.above(() => reportPeer(exercise, error, peer)),
    },
    async (conn) => {
      const outbox = new Outbox(conn);
      clients.add(outbox);
      arrived.resolve();
      let saidBye;
      try {
        saidBye = await listen(conn, idle * 1000, prompt.print);
      } finally {
        clients.delete(outbox);
      }
      if (saidBye && clients.size === 0 && !keep) ended.abort();
      if (!saidBye && !ended.signal.aborted) {
        const peer = formatPeer(conn.remoteAddr);
        prompt.above(() => console.error(`${peer} has left`));
      }
      // It may still read what it was told before: no line of that is cut.
      await outbox.allSent();
    },
  );
  stop.addEventListener("abort", end);
  if (stop.aborted) end();

  const isTyped = Deno.stdin.isTerminal();
  let hasArrived = false;
  arrived.promise.then(() => {
    hasArrived = true;
    prompt.show();
  });
  const say = async (line: Uint8Array) => {
    if (clients.size === 0) console.error("Nobody is connected: not sent.");
    await tell(clients, line);
    prompt.show();
  };
  const speak = async () => {
    // Lines wait until a client is there to read them. A person may leave before
    // that; what comes from a file or a pipe is only read on then.
    let said: Promise<void> = arrived.promise;
    const sayBefore = async () => {
      if (hasArrived || !isTyped) await said;
    };
    for await (const line of typedLines()) {
      if (isBye(line)) {
        await sayBefore();
        return end();
      }
      said = said.then(() => say(line));
      await sayBefore();
    }
    // Ctrl+D ends the conversation; without a keyboard the server only listens.
    if (isTyped) end();
  };
  const speaking = speak();

  console.error(`Listening on ${host} port ${server.addr.port}`);
  announce(exercise, server.addr);
  const { finished } = server;
  try {
    await Promise.race([finished, speaking.then(() => finished)]);
  } finally {
    prompt.hide();
  }
}

if (import.meta.main) await runExercise(exercise, main);
