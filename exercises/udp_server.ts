/**
 * A UDP server that sends every datagram back, and can show on purpose what UDP
 * does not promise: that a datagram arrives, once, and in order.
 *
 * ```text
 * terminal 1 $ deno run --allow-net=127.0.0.1 exercises/udp_server.ts --drop 0.2 --seed 3
 * terminal 2 $ deno run --allow-net=127.0.0.1:0,127.0.0.1:9901 exercises/udp_client.ts
 * ```
 *
 * The server prints what it does with each datagram. Ctrl+C ends it.
 *
 * @module
 */

import { formatPeer } from "../lib/endpoint.ts";
import type { Exercise } from "../lib/exercise.ts";
import { fates } from "../lib/fates.ts";
import {
  addressOption,
  flagOption,
  integerOption,
  portOption,
  probabilityOption,
} from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { isOutputFault, print } from "../lib/output.ts";
import { announce, reportError } from "../lib/report.ts";
import { runExercise } from "../lib/run.ts";
import { bytesRepr } from "../lib/text.ts";
import { bindUdp, type Datagram } from "../lib/udp.ts";
import { isAnswerable, isLoop, Repeats } from "../lib/udp_guard.ts";

const options = {
  host: addressOption(),
  port: portOption(9901, 0),
  drop: probabilityOption("the probability that a datagram is lost"),
  duplicate: probabilityOption("the probability that it is answered twice"),
  reorder: probabilityOption(
    "the probability that the next overtakes it, unless it overtakes one itself",
  ),
  seed: integerOption(1, "another seed makes another run", 0, 4294967295),
  quiet: flagOption("do not print what is received and sent"),
};

export const exercise: Exercise = {
  id: "udp_server",
  sheet: "note 1 (theory)",
  title: "UDP echo server",
  role: "server",
  client: "udp_client",
  options,
  example: `
terminal 1 $ deno run --allow-net=127.0.0.1 exercises/udp_server.ts --drop 0.2 --seed 3
Starting up UDP echo server on 127.0.0.1 port 9901
Data: b'1 Test message: SDN course examples'
sent 35 bytes back to ('127.0.0.1', 51234)
Data: b'2 Test message: SDN course examples'
dropped

terminal 2 $ deno run --allow-net=127.0.0.1:0,127.0.0.1:9901 exercises/udp_client.ts`,
  questions: [{
    question: "What does UDP promise, and what not?",
    answer: `
A datagram arrives whole or not at all: UDP keeps message boundaries, which TCP does
not. But it guarantees no delivery, no order and no single copy: a datagram may be
lost, overtaken or doubled on its way, and nobody tells the sender. There is no
connection either: the server needs no accept, one socket serves all clients, and a
program that needs more than this has to number, acknowledge and repeat by itself,
or use TCP.`,
  }],
  demo: { args: ["--drop", "0.3", "--duplicate", "0.3", "--seed", "7"] },
  // Replies go to whatever port a client has: no single port can be named.
  permissions: { net: ["127.0.0.1"] },
};

/** How long an overtaken datagram waits if no other comes, in ms. */
const OVERTAKEN_MS = 3000;
/** Equal datagrams in a row that are doubled: more, and a loop would only grow. */
const MOST_DOUBLED = 50;

export async function main(args: string[], stop: AbortSignal): Promise<void> {
  const { host, port, quiet, seed, ...odds } = await parseOptions(
    options,
    args,
  );
  const log = quiet ? undefined : print;
  using socket = bindUdp({ hostname: host, port, signal: stop });
  print(
    `Starting up UDP echo server on ${host} port ${socket.addr.port}`,
  );
  announce(exercise, socket.addr);

  let isInTrouble = false; // what lasts, such as a missing permission, is told once
  const answer = async ({ data, from }: Datagram, times: number) => {
    try {
      for (; times > 0; times--) {
        await socket.send(data, from);
        log?.(`sent ${data.length} bytes back to ${formatPeer(from)}`);
      }
      isInTrouble = false;
    } catch (error) {
      if (isOutputFault(error)) throw error;
      if (!stop.aborted && !isInTrouble) reportError(exercise, error, args);
      isInTrouble = true;
    }
  };
  let held: { datagram: Datagram; times: number; until: number } | undefined;
  const release = async () => {
    const late = held;
    held = undefined;
    if (late) await answer(late.datagram, late.times);
  };

  const repeats = new Repeats();
  const fate = fates(odds, seed);
  while (true) {
    // What is held back waits for another, but not for ever.
    const left = held && held.until - performance.now();
    const datagram = left === undefined || left > 0
      ? await socket.receive(left)
      : undefined;
    if (!datagram) {
      if (!held || stop.aborted) break;
      await release();
      continue;
    }
    if (!isAnswerable(datagram.from, socket.addr)) {
      log?.(`not answered: ${formatPeer(datagram.from)} is no client`);
      continue;
    }
    const count = repeats.count(datagram);
    if (isLoop(count)) {
      log?.(`not answered: ${formatPeer(datagram.from)} only repeats us`);
      continue;
    }
    log?.(`Data: ${bytesRepr(datagram.data)}`);
    const { drop, duplicate, reorder } = fate.next().value;
    const times = duplicate && count < MOST_DOUBLED ? 2 : 1;
    if (drop) {
      log?.("dropped");
    } else if (reorder && !held) {
      log?.("held back");
      // A copy: the socket uses its buffer again.
      const copy = { ...datagram, data: datagram.data.slice() };
      held = { datagram: copy, times, until: performance.now() + OVERTAKEN_MS };
    } else {
      await answer(datagram, times);
      await release();
    }
  }
  if (held) log?.("dropped");
}

if (import.meta.main) await runExercise(exercise, main);
