/**
 * The timeout of a connection, and what it is for: a read from a peer that never
 * answers ends on time.
 *
 * ```text
 * $ deno run --allow-net=127.0.0.1 exercises/socket_timeout.ts
 * Default socket timeout: None
 * Current socket timeout: 100.0
 * Reading from a peer that never answers, with a timeout of 1.0 s …
 * The read timed out after 1.0 s: the connection is closed.
 * ```
 *
 * @module
 */

import { connectTcp } from "../lib/connect.ts";
import { isTimeout } from "../lib/deadline.ts";
import type { Exercise } from "../lib/exercise.ts";
import { secondsOption } from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";
import { readChunks, type ReadOptions } from "../lib/stream.ts";
import { serveTcp, type TcpHandler } from "../lib/tcp.ts";

const options = {
  seconds: secondsOption(1, "the timeout to demonstrate"),
};

export const exercise: Exercise = {
  id: "socket_timeout",
  sheet: "4.2.5",
  title: "The timeout of a connection",
  options,
  example: `
$ deno run --allow-net=127.0.0.1 exercises/socket_timeout.ts --seconds 0.5
Default socket timeout: None
Current socket timeout: 100.0
Reading from a peer that never answers, with a timeout of 0.5 s …
The read timed out after 0.5 s: the connection is closed.`,
  questions: [{
    question: "What is the role of a timeout in real applications?",
    answer: `
Without one a read blocks until the peer sends something or closes. If the peer's
machine lost its power, or somebody pulled the cable, it blocks forever, and the
program hangs with no error at all. A timeout bounds the waiting, and turns silence
into an error that the program can handle.

What to do after it depends on the request. Close the connection, since a late
answer would be taken for the answer to the next question. Retry what is safe to
repeat, with a growing pause between the attempts (back off), so that an overloaded
server can recover; and after a few attempts give up and tell the user. A server
closes clients that stay silent, or they would use up its connections.

Python sets it on the socket (settimeout, gettimeout), C by setsockopt with
SO_RCVTIMEO. In Deno a wait is given its limit: here readChunks(conn, { idleMs }),
and connectTcp({ timeoutMs }) while connecting.`,
  }],
  permissions: { net: ["127.0.0.1"] },
};

/** A timeout as the sheet prints it: Python's `None`, or seconds with decimals. */
export function formatTimeout({ idleMs }: ReadOptions): string {
  if (idleMs === undefined) return "None";
  const seconds = idleMs / 1000;
  return Number.isInteger(seconds) ? seconds.toFixed(1) : String(seconds);
}

/** Reads from a peer that accepts and never answers; returns how long that took, in ms. */
export async function readInVain(limits: ReadOptions): Promise<number> {
  const silent: TcpHandler = async (conn) => {
    for await (const _ of readChunks(conn)); // listens, says nothing
  };
  // `using` closes it at the end of the block.
  await using server = serveTcp(
    { hostname: "127.0.0.1", port: 0, onError: () => {} },
    silent,
  );
  using conn = await connectTcp(server.addr);
  const start = performance.now();
  try {
    for await (const _ of readChunks(conn, limits));
    throw new Error("the silent peer has answered");
  } catch (error) {
    if (!isTimeout(error)) throw error;
    return performance.now() - start;
  }
}

export async function main(args: string[]): Promise<void> {
  const { seconds } = await parseOptions(options, args);
  let limits: ReadOptions = {};
  console.log(`Default socket timeout: ${formatTimeout(limits)}`);
  limits = { idleMs: 100_000 }; // as the sheet sets it: only to be printed
  console.log(`Current socket timeout: ${formatTimeout(limits)}`);

  limits = { idleMs: seconds * 1000 };
  const timeout = formatTimeout(limits);
  console.log(
    `Reading from a peer that never answers, with a timeout of ${timeout} s …`,
  );
  const elapsedMs = await readInVain(limits);
  const [, decimals = ""] = timeout.split(".");
  const elapsed = (elapsedMs / 1000).toFixed(decimals.length);
  console.log(
    `The read timed out after ${elapsed} s: the connection is closed.`,
  );
}

if (import.meta.main) await runExercise(exercise, main);
