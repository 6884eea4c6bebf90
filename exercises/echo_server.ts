/**
 * A TCP server that sends everything back to where it came from (RFC 862).
 *
 * ```text
 * terminal 1 $ deno run --allow-net=127.0.0.1:9900 exercises/echo_server.ts
 * terminal 2 $ deno run --allow-net=127.0.0.1:9900 exercises/echo_client.ts
 * ```
 *
 * The server prints what came and how many bytes it sent back. Ctrl+C ends it.
 *
 * @module
 */

import type { Connection } from "../lib/connection.ts";
import { formatPeer } from "../lib/endpoint.ts";
import type { Exercise } from "../lib/exercise.ts";
import {
  addressOption,
  flagOption,
  integerOption,
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
  port: portOption(9900, 0),
  idle: secondsOption(600, "close a client that is silent for so long"),
  "max-connections": integerOption(10_000, "serve so many at once", 1, 100_000),
  quiet: flagOption("do not print what is received and sent"),
};

export const exercise: Exercise = {
  id: "echo_server",
  sheet: "4.2.6",
  title: "TCP echo server",
  role: "server",
  client: "echo_client",
  options,
  example: `
terminal 1 $ deno run --allow-net=127.0.0.1:9900 exercises/echo_server.ts
Starting up echo server on 127.0.0.1 port 9900
Waiting to receive message from client
Data: b'Test message: SDN course examples'
sent 33 bytes back to ('127.0.0.1', 51234)

terminal 2 $ deno run --allow-net=127.0.0.1:9900 exercises/echo_client.ts`,
  questions: [
    {
      question:
        "What must be done to run the two programs, and which goes first?",
      answer: `
Two terminals, and the same host and port in both. The server first: it has to
listen before a client connects. If the client is first, nobody listens at the
port, the server's machine refuses the connection, and the client ends with
"nothing is listening at 127.0.0.1:9900" (ECONNREFUSED).`,
    },
    {
      question: "How do the two programs work?",
      answer: `
The server listens at a port, accepts a connection, reads, writes back what it has
read, and closes when it reads the end of the client's stream. The client connects,
writes, reads until all its bytes are back, and closes.

Between them is a stream of bytes, not of messages: what was written at once may
arrive in several reads, and two writes may arrive in one. So both read in a loop
and count bytes. When one end closes, the other reads the end of file; that is how
the server knows that the client is done.`,
    },
    {
      question:
        "How can a client on another PC in the classroom use the server?",
      answer: `
Start the server with --host 0.0.0.0: then it listens on all of its addresses, not
only on loopback. It prints the addresses and the command for the other PC, where
the client gets the server's address with --host. Both PCs have to be on the same
network (or have a route to each other), and the firewall of the server's PC has to
let the port in. The port is then open to everybody on that network: end the server
after the exercise.`,
    },
  ],
  permissions: { net: ["127.0.0.1:9900"] },
};

/** Sends back all that comes, until the client has sent everything; tells `log`. */
export async function echo(
  conn: Connection,
  idleMs: number,
  log?: (line: string) => void,
): Promise<void> {
  const client = conn.remoteAddr;
  for await (const data of readChunks(conn, { idleMs })) {
    log?.(`Data: ${bytesRepr(data)}`);
    await writeAll(conn, data);
    log?.(`sent ${data.length} bytes back to ${formatPeer(client)}`);
  }
}

export async function main(args: string[], stop: AbortSignal): Promise<void> {
  const { host, port, idle, quiet, "max-connections": maxConnections } =
    await parseOptions(options, args);
  const idleMs = idle * 1000;
  const log = quiet ? undefined : print;

  // `await using` shuts it down at the end of the block, whatever happens.
  await using server = serveTcp(
    {
      hostname: host,
      port,
      signal: stop,
      maxConnections,
      onError: (error, peer) => reportPeer(exercise, error, peer),
    },
    (conn) => echo(conn, idleMs, log),
  );
  print(`Starting up echo server on ${host} port ${server.addr.port}`);
  announce(exercise, server.addr);
  print("Waiting to receive message from client");
  await server.finished;
}

if (import.meta.main) await runExercise(exercise, main);
