/**
 * A TCP server that speaks first: it greets whoever connects.
 *
 * ```text
 * terminal 1 $ deno run --allow-net=127.0.0.1:12345 exercises/greeting_server.ts
 * terminal 2 $ deno run --allow-net=127.0.0.1:12345 exercises/greeting_client.ts
 * ```
 *
 * Ctrl+C ends the server.
 *
 * @module
 */

import type { Connection } from "../lib/connection.ts";
import { formatPeer } from "../lib/endpoint.ts";
import type { Exercise } from "../lib/exercise.ts";
import { addressOption, portOption } from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { print } from "../lib/output.ts";
import { announce, reportPeer } from "../lib/report.ts";
import { runExercise } from "../lib/run.ts";
import { writeAll } from "../lib/stream.ts";
import { serveTcp } from "../lib/tcp.ts";

const options = {
  host: addressOption(),
  port: portOption(12345, 0),
};

export const exercise: Exercise = {
  id: "greeting_server",
  sheet: "note 2",
  title: "TCP server that speaks first",
  role: "server",
  client: "greeting_client",
  options,
  example: `
terminal 1 $ deno run --allow-net=127.0.0.1:12345 exercises/greeting_server.ts
Listening on 127.0.0.1 port 12345
Greeted ('127.0.0.1', 51234)

terminal 2 $ deno run --allow-net=127.0.0.1:12345 exercises/greeting_client.ts`,
  questions: [{
    question: "Who speaks first on a TCP connection?",
    answer: `
Either side may: a connection carries bytes both ways from its first moment. Which
side begins is a rule of the application's protocol. In HTTP it is the client; in
SMTP, FTP and POP3 the server greets first, as here. If both wait for the other,
nothing ever happens.`,
  }],
  permissions: { net: ["127.0.0.1:12345"] },
};

const GREETING = new TextEncoder().encode("Hello, client");

/** Greets a client; the server closes the connection behind it. */
export async function greet(
  conn: Connection,
  log: (line: string) => void,
): Promise<void> {
  await writeAll(conn, GREETING);
  log(`Greeted ${formatPeer(conn.remoteAddr)}`);
}

export async function main(args: string[], stop: AbortSignal): Promise<void> {
  const { host, port } = await parseOptions(options, args);
  // `await using` shuts it down at the end of the block, whatever happens.
  await using server = serveTcp(
    {
      hostname: host,
      port,
      signal: stop,
      onError: (error, peer) => reportPeer(exercise, error, peer),
    },
    (conn) => greet(conn, print),
  );
  console.error(`Listening on ${host} port ${server.addr.port}`);
  announce(exercise, server.addr);
  await server.finished;
}

if (import.meta.main) await runExercise(exercise, main);
