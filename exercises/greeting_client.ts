/**
 * Connects, says nothing, and prints the server's greeting.
 *
 * ```text
 * terminal 1 $ deno run --allow-net=127.0.0.1:12345 exercises/greeting_server.ts
 * terminal 2 $ deno run --allow-net=127.0.0.1:12345 exercises/greeting_client.ts
 * ```
 *
 * The client prints `Received b'Hello, client'`.
 *
 * @module
 */

import { connectTcp } from "../lib/connect.ts";
import type { Exercise } from "../lib/exercise.ts";
import { hostOption, portOption, secondsOption } from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { print } from "../lib/output.ts";
import { runExercise } from "../lib/run.ts";
import { readToEnd } from "../lib/stream.ts";
import { bytesRepr } from "../lib/text.ts";

const options = {
  host: hostOption(),
  port: portOption(12345, 1),
  timeout: secondsOption(10, "how long to wait for the server each time"),
};

export const exercise: Exercise = {
  id: "greeting_client",
  sheet: "note 2",
  title: "TCP client that is greeted",
  role: "client",
  options,
  example: `
terminal 1 $ deno run --allow-net=127.0.0.1:12345 exercises/greeting_server.ts

terminal 2 $ deno run --allow-net=127.0.0.1:12345 exercises/greeting_client.ts
Received b'Hello, client'`,
  questions: [{
    question: "What does the client have to do before it can be greeted?",
    answer: `
Connect, and nothing else: connecting opens both directions. The kernel chooses the
client's own port, so the client does not bind; it needs the server's address and
port. Then it reads until the end of file, which comes when the server closes.`,
  }],
  permissions: { net: ["127.0.0.1:12345"] },
};

export async function main(args: string[]): Promise<void> {
  const { host, port, timeout } = await parseOptions(options, args);
  const timeoutMs = timeout * 1000;
  // `using` closes it at the end of the block, whatever happens.
  using conn = await connectTcp({ hostname: host, port, timeoutMs });
  await readToEnd(conn, timeoutMs, (greeting) => {
    print(`Received ${bytesRepr(greeting)}`);
  });
}

if (import.meta.main) await runExercise(exercise, main);
