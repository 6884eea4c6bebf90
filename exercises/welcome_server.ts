/**
 * A TCP server that answers every client with a welcome.
 *
 * ```text
 * terminal 1 $ deno run --allow-net=127.0.0.1:65432 exercises/welcome_server.ts
 * terminal 2 $ deno run --allow-net=127.0.0.1:65432 exercises/welcome_client.ts
 * ```
 *
 * The server prints who connected and what came. Ctrl+C ends it.
 *
 * @module
 */

import type { Connection } from "../lib/connection.ts";
import { formatPeer } from "../lib/endpoint.ts";
import type { Exercise } from "../lib/exercise.ts";
import {
  addressOption,
  portOption,
  secondsOption,
} from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { print } from "../lib/output.ts";
import { announce, reportPeer } from "../lib/report.ts";
import { runExercise } from "../lib/run.ts";
import { readChunks, writeAll } from "../lib/stream.ts";
import { serveTcp } from "../lib/tcp.ts";
import { bytesRepr } from "../lib/text.ts";

const options = {
  host: addressOption(),
  port: portOption(65432, 0),
  idle: secondsOption(600, "close a client that has not closed after so long"),
};

export const exercise: Exercise = {
  id: "welcome_server",
  sheet: "note 1",
  title: "TCP server that says welcome",
  role: "server",
  client: "welcome_client",
  options,
  example: `
terminal 1 $ deno run --allow-net=127.0.0.1:65432 exercises/welcome_server.ts
Listening on 127.0.0.1 port 65432
connected by ('127.0.0.1', 51234)
the data is b'Hello, world'

terminal 2 $ deno run --allow-net=127.0.0.1:65432 exercises/welcome_client.ts`,
  questions: [{
    question:
      "What do bind, listen and accept do, and what does listen's number mean?",
    answer: `
bind gives the socket its address and port; listen makes it a listening socket;
accept returns a new socket for one client, and the listening one stays open for
the next. Deno.listen does the first two. The number given to listen (the backlog)
is not how many clients may be connected: it is how many connections may wait in
the queue to be accepted.`,
  }],
  permissions: { net: ["127.0.0.1:65432"] },
};

const WELCOME = new TextEncoder().encode("welcome to my server");

/** Answers the first bytes with the welcome; shows all that comes. */
export async function welcome(
  conn: Connection,
  idleMs: number,
  log: (line: string) => void,
): Promise<void> {
  log(`connected by ${formatPeer(conn.remoteAddr)}`);
  // Not for each read: who sends byte by byte would hold its place for ever.
  conn.limitSilence(idleMs, "the client did not close");
  let isWelcomed = false;
  for await (const data of readChunks(conn)) {
    log(`the data is ${bytesRepr(data)}`);
    if (!isWelcomed) await writeAll(conn, WELCOME);
    isWelcomed = true;
  }
}

export async function main(args: string[], stop: AbortSignal): Promise<void> {
  const { host, port, idle } = await parseOptions(options, args);
  const idleMs = idle * 1000;
  // `await using` shuts it down at the end of the block, whatever happens.
  await using server = serveTcp(
    {
      hostname: host,
      port,
      signal: stop,
      onError: (error, peer) => reportPeer(exercise, error, peer),
    },
    (conn) => welcome(conn, idleMs, print),
  );
  console.error(`Listening on ${host} port ${server.addr.port}`);
  announce(exercise, server.addr);
  await server.finished;
}

if (import.meta.main) await runExercise(exercise, main);
