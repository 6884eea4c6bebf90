/**
 * Sends a text to an echo server, and reads until all its bytes are back.
 *
 * ```text
 * terminal 1 $ deno run --allow-net=127.0.0.1:9900 exercises/echo_server.ts
 * terminal 2 $ deno run --allow-net=127.0.0.1:9900 exercises/echo_client.ts
 * ```
 *
 * The client prints what it sends and what each read brings.
 *
 * @module
 */

import { connectTcp } from "../lib/connect.ts";
import type { Connection } from "../lib/connection.ts";
import type { Exercise } from "../lib/exercise.ts";
import { isBrokenOff, located } from "../lib/fault.ts";
import {
  hostOption,
  operands,
  portOption,
  secondsOption,
} from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { print } from "../lib/output.ts";
import { runExercise } from "../lib/run.ts";
import { readChunks, writeAll } from "../lib/stream.ts";
import { bytesRepr, hexOf, visibleBytes } from "../lib/text.ts";

const options = {
  _: operands("[text]", "what to send; - sends the standard input", String, {
    values: ["Test message: SDN course examples"],
    most: 1,
  }),
  host: hostOption(),
  port: portOption(9900, 1),
  timeout: secondsOption(10, "how long to wait for the server each time"),
};

export const exercise: Exercise = {
  id: "echo_client",
  sheet: "4.2.6",
  title: "TCP echo client",
  role: "client",
  options,
  example: `
terminal 1 $ deno run --allow-net=127.0.0.1:9900 exercises/echo_server.ts

terminal 2 $ deno run --allow-net=127.0.0.1:9900 exercises/echo_client.ts
Connecting to 127.0.0.1 port 9900
Sending Test message: SDN course examples
Received: b'Test message: SDN course examples'
Closing connection to the server`,
  questions: [{
    question: "Why does the client count bytes, and not characters or reads?",
    answer: `
TCP carries bytes. A character outside ASCII is several bytes in UTF-8: a Bangla
letter is three, so a text of 16 letters is 48 bytes, and a client that stops after
16 leaves 32 of them unread. And a read returns what has arrived so far, which may
be any part of what was sent: one read is not one message.`,
  }],
  permissions: { net: ["127.0.0.1:9900"] },
};

/** How long a server that has sent everything may take to close, in ms. */
const CLOSE_MS = 1000;

/**
 * Sends `message`, and hands on each piece of the echo. Sends and reads at the
 * same time: a server that echoes while it reads would otherwise block us both.
 *
 * @throws {Deno.errors.UnexpectedEof} if the server closes before all is back
 * @throws {Deno.errors.InvalidData} if what comes back is something else
 */
export async function exchange(
  conn: Connection,
  message: Uint8Array,
  timeoutMs: number,
  onReceived: (chunk: Uint8Array) => void,
): Promise<void> {
  let received = 0;
  const take = (chunk: Uint8Array) => {
    onReceived(chunk);
    compare(message.subarray(received), chunk, received);
    received += chunk.length;
  };

  const sending = writeAll(conn, message, { timeoutMs });
  sending.catch(() => {}); // What a failed write means, the reads tell better.
  if (message.length > 0) {
    try {
      for await (
        const chunk of readChunks(conn, { idleMs: timeoutMs })
      ) {
        take(chunk);
        if (received === message.length) break;
      }
    } catch (error) {
      // Reset or closed, it is over; a time limit and a wrong echo say more.
      if (!isBrokenOff(error)) throw error;
    }
  }
  if (received < message.length) {
    throw new Deno.errors.UnexpectedEof(
      `connection closed after ${received} of ${message.length} bytes`,
    );
  }
  await sending;
  await conn.closeWrite();
  try {
    // Whatever comes now is more than an echo.
    for await (const chunk of readChunks(conn, { idleMs: CLOSE_MS })) {
      take(chunk);
    }
  } catch (error) {
    if (error instanceof Deno.errors.InvalidData) throw error;
    // It does not close, or breaks off: the echo was complete all the same.
  }
}

function compare(expected: Uint8Array, chunk: Uint8Array, offset: number) {
  const at = chunk.findIndex((byte, index) => byte !== expected[index]);
  if (at < 0) return;
  const show = (bytes: Uint8Array) => {
    const some = bytes.subarray(at, at + 16);
    return `${hexOf(some).join(" ")} ${bytesRepr(some)}`;
  };
  throw new Deno.errors.InvalidData(
    at < expected.length
      ? `the echo differs from byte ${offset + at} on: ` +
        `sent ${show(expected)}, received ${show(chunk)}`
      : `the echo is longer than the ${offset + at} bytes sent: ` +
        `then came ${show(chunk)}`,
  );
}

async function readInput(): Promise<Uint8Array> {
  try {
    return await new Response(Deno.stdin.readable).bytes();
  } catch (error) {
    throw located(error, "read", "the standard input");
  }
}

export async function main(args: string[]): Promise<void> {
  const { _: [text], host, port, timeout } = await parseOptions(options, args);
  const message = text === "-"
    ? await readInput()
    : new TextEncoder().encode(text);
  const timeoutMs = timeout * 1000;

  print(`Connecting to ${host} port ${port}`);
  // `using` closes it at the end of the block, whatever happens.
  using conn = await connectTcp({ hostname: host, port, timeoutMs });
  print(`Sending ${visibleBytes(message)}`);
  try {
    await exchange(conn, message, timeoutMs, (chunk) => {
      print(`Received: ${bytesRepr(chunk)}`);
    });
  } finally {
    print("Closing connection to the server");
  }
}

if (import.meta.main) await runExercise(exercise, main);
