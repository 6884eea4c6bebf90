/**
 * Says hello to the welcome server and prints its answer.
 *
 * ```text
 * terminal 1 $ deno run --allow-net=127.0.0.1:65432 exercises/welcome_server.ts
 * terminal 2 $ deno run --allow-net=127.0.0.1:65432 exercises/welcome_client.ts
 * ```
 *
 * The client prints `Received b'welcome to my server'`.
 *
 * @module
 */

import { connectTcp } from "../lib/connect.ts";
import type { Exercise } from "../lib/exercise.ts";
import {
  hostOption,
  operands,
  portOption,
  secondsOption,
} from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { print } from "../lib/output.ts";
import { runExercise } from "../lib/run.ts";
import { readToEnd, writeAll } from "../lib/stream.ts";
import { bytesRepr } from "../lib/text.ts";

const options = {
  _: operands("[text]", "what to say to the server", String, {
    values: ["Hello, world"],
    most: 1,
  }),
  host: hostOption(),
  port: portOption(65432, 1),
  timeout: secondsOption(10, "how long to wait for the server each time"),
};

export const exercise: Exercise = {
  id: "welcome_client",
  sheet: "note 1",
  title: "TCP client that says hello",
  role: "client",
  options,
  example: `
terminal 1 $ deno run --allow-net=127.0.0.1:65432 exercises/welcome_server.ts

terminal 2 $ deno run --allow-net=127.0.0.1:65432 exercises/welcome_client.ts
Received b'welcome to my server'`,
  questions: [{
    question: "How does the client know that it has the whole answer?",
    answer: `
From the end of file: the client says that it has sent everything (a half-close,
shutdown(SHUT_WR) in C and Python), the server then closes, and the client has read
until nothing more can come. One recv(1024) alone may return only the first part of
an answer. Protocols that keep the connection open mark the end in another way: by
a length sent first, or by a line end.`,
  }],
  permissions: { net: ["127.0.0.1:65432"] },
};

export async function main(args: string[]): Promise<void> {
  const { _: [text], host, port, timeout } = await parseOptions(options, args);
  const timeoutMs = timeout * 1000;
  // `using` closes it at the end of the block, whatever happens.
  using conn = await connectTcp({ hostname: host, port, timeoutMs });
  await writeAll(conn, new TextEncoder().encode(text));
  await conn.closeWrite(); // half-close: no more from us, but we still read
  await readToEnd(conn, timeoutMs, (answer) => {
    print(`Received ${bytesRepr(answer)}`);
  });
}

if (import.meta.main) await runExercise(exercise, main);
