/**
 * People type lines at both ends: a client's side of the conversation.
 *
 * ```text
 * terminal 1 $ deno run --allow-net=127.0.0.1:8000 exercises/message_server.ts
 * terminal 2 $ deno run --allow-net=127.0.0.1:8000 exercises/message_client.ts
 * ```
 *
 * Either side types at any time. `bye`, from either side, ends both; Ctrl+D
 * (Windows: Ctrl+Z and Enter) ends what this side says. When a message arrives
 * while you type, what you have typed stays; Ctrl+R shows it again.
 *
 * @module
 */

import { connectTcp } from "../lib/connect.ts";
import type { Connection } from "../lib/connection.ts";
import type { Exercise } from "../lib/exercise.ts";
import { encodeLine, isBye, readLines } from "../lib/lines.ts";
import { hostOption, portOption, secondsOption } from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";
import { readChunks, writeAll } from "../lib/stream.ts";
import { Prompt, typedLines } from "../lib/terminal.ts";
import { visibleBytes } from "../lib/text.ts";

const options = {
  host: hostOption(),
  port: portOption(8000, 1),
  timeout: secondsOption(
    10,
    "how long to wait for the server to accept, and in the end for its next line",
  ),
};

export const exercise: Exercise = {
  id: "message_client",
  sheet: "5.5",
  title: "Message exchange, client",
  alias: "socket_client",
  role: "client",
  options,
  example: `
terminal 1 $ deno run --allow-net=127.0.0.1:8000 exercises/message_server.ts

terminal 2 $ deno run --allow-net=127.0.0.1:8000 exercises/message_client.ts
 -> hello
Received from server: good morning
 -> bye`,
  questions: [{
    question: "How can the client receive while its user types?",
    answer: `
It waits for both at once: for a line from the keyboard and for a line from the
connection, and takes whichever comes first. In Deno each is an asynchronous loop,
and the event loop runs the one that has something to do. Python's input() blocks,
so the sheet's program could only take turns: send, then wait, then send. There a
thread, or select() over both, does what the event loop does here.`,
  }],
  permissions: { net: ["127.0.0.1:8000"] },
};

/** Shows what the server says; returns whether it ended with `bye`. */
export async function listen(
  conn: Connection,
  print: (line: string) => void,
): Promise<boolean> {
  for await (const line of readLines(readChunks(conn))) {
    print(`Received from server: ${visibleBytes(line)}`);
    if (isBye(line)) return true;
  }
  return false;
}

/** Sends line by line until `bye` or the end, then half-closes. */
export async function speak(
  conn: Connection,
  lines: AsyncIterable<Uint8Array>,
  prompt: () => void,
): Promise<void> {
  prompt();
  for await (const line of lines) {
    await writeAll(conn, encodeLine(line));
    if (isBye(line)) break;
    prompt();
  }
  await conn.closeWrite();
}

export async function main(args: string[]): Promise<void> {
  const { host, port, timeout } = await parseOptions(options, args);
  const timeoutMs = timeout * 1000;
  // `using` closes it at the end of the block, whatever happens.
  using conn = await connectTcp({ hostname: host, port, timeoutMs });
  const prompt = new Prompt(" -> ");

  let isAllSaid = false; // then the server may not be silent for ever
  const awaitMore = () =>
    conn.limitSilence(timeoutMs, "the server neither sent a line nor closed");
  const heard = listen(conn, (line) => {
    prompt.print(line);
    if (isAllSaid) awaitMore();
  }).then((bye) => bye ? "bye" : "closed");
  const said = speak(conn, typedLines(), () => prompt.show())
    .then(() => "said", (error) => {
      if (error instanceof RangeError || error.syscall === "read") throw error;
      return heard; // The server is gone: what it said before still counts.
    });
  try {
    switch (await Promise.race([heard, said])) {
      case "said": // The rest of the server's part is still to come.
        isAllSaid = true;
        awaitMore();
        await heard;
        break;
      case "closed":
        throw new Deno.errors.UnexpectedEof(
          "the server closed the connection without a bye",
        );
    }
  } finally {
    prompt.hide();
  }
}

if (import.meta.main) await runExercise(exercise, main);
