/**
 * Runs the whole list of exercises as a student would, one after another, and
 * shows what they print.
 *
 * @module
 */

import { bold, dim, green, red } from "@std/fmt/colors";
import { formatEndpoint } from "../endpoint.ts";
import type { Exercise } from "../exercise.ts";
import { serveNames } from "./name_server.ts";
import { DemoProgram, type Stage } from "./program.ts";

/**
 * Runs all exercises, and returns the names of those that failed; host names resolve
 * against a name server on loopback.
 *
 * @throws the reason of `signal`, once it aborts and all programs have ended
 */
export async function runDemo(
  exercises: readonly Exercise[],
  stage: Stage,
): Promise<string[]> {
  const { print, signal } = stage;
  const names = exercises.filter(({ options }) => options?.["name-server"])
    .flatMap(({ permissions }) => permissions.net as string[]);
  // Addresses for documentation (RFC 5737): nobody has them.
  await using nameServer = serveNames(
    new Map(names.map((name, index) => [name, `192.0.2.${index + 10}`])),
  );
  const failed: string[] = [];
  let ran = 0;

  const start = (exercise: Exercise, args: string[] = []) => {
    signal?.throwIfAborted();
    ran++;
    const asks = exercise.options?.["name-server"];
    return new DemoProgram(exercise, [
      ...args,
      ...exercise.demo?.args ?? [],
      ...asks ? ["--name-server", formatEndpoint(nameServer.addr)] : [],
    ], stage);
  };
  const finish = async (program: DemoProgram) => {
    const problem = await program.ended;
    signal?.throwIfAborted();
    if (!problem) return;
    failed.push(program.name);
    print(red(`${program.name} failed: ${problem}`));
  };

  for (const exercise of exercises) {
    const { sheet, id, title, client: clientId } = exercise;
    if (exercise.role === "client") continue; // runs with its server
    const client = exercises.find((other) => other.id === clientId);
    const pair = client ? `${id} + ${client.id}` : id;
    print(`\n${bold(`${sheet}  ${title}`)} ${dim(`(${pair})`)}`);
    if (exercise.options?.["name-server"]) {
      print(
        dim(
          "answered by the demo's own name server, with addresses that nobody has",
        ),
      );
    }
    await using first = start(exercise, client && ["--port", "0"]);
    if (client) {
      const port = await first.port;
      if (port !== undefined) {
        await using second = start(client, ["--port", String(port)]);
        await converse(exercise.demo?.conversation ?? [], first, second);
        await finish(second);
      }
      first.stop();
    }
    await finish(first);
  }
  const count = `${ran} programs ran, ${failed.length} failed`;
  print("\n" + (failed.length > 0 ? red(count) : green(count)));
  return failed;
}

/** Types the lines of a conversation, each when the other side has seen the last. */
async function converse(
  lines: readonly [speaker: "server" | "client", text: string][],
  server: DemoProgram,
  client: DemoProgram,
): Promise<void> {
  for (const [speaker, text] of lines) {
    const [here, there] = speaker === "server"
      ? [server, client]
      : [client, server];
    const seen = there.shows(text);
    await here.type(text);
    await seen;
  }
}
