/**
 * Sends numbered datagrams to a UDP echo server, one at a time, and counts what
 * becomes of them, as ping does.
 *
 * ```text
 * terminal 1 $ deno run --allow-net=127.0.0.1 exercises/udp_server.ts --drop 0.2 --seed 3
 * terminal 2 $ deno run --allow-net=127.0.0.1:0,127.0.0.1:9901 exercises/udp_client.ts
 * ```
 *
 * The client prints each reply, and in the end how many were lost, doubled or out
 * of order, and how long the round trips took.
 *
 * @module
 */

import { timeoutError, within } from "../lib/deadline.ts";
import {
  canonical,
  type Endpoint,
  formatEndpoint,
  formatPeer,
  isIpv6,
  ownHost,
} from "../lib/endpoint.ts";
import type { Exercise } from "../lib/exercise.ts";
import { located } from "../lib/fault.ts";
import { isIpv4 } from "../lib/ipv4.ts";
import {
  integerOption,
  operands,
  portOption,
  secondsOption,
  udpHostOption,
} from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { print } from "../lib/output.ts";
import { RoundTrips } from "../lib/round_trips.ts";
import { runExercise } from "../lib/run.ts";
import {
  bindUdp,
  type Datagram,
  requireFits,
  type UdpSocket,
} from "../lib/udp.ts";

const options = {
  _: operands("[text]", "what to send, behind each datagram's number", String, {
    values: ["Test message: SDN course examples"],
    most: 1,
  }),
  host: udpHostOption(),
  port: portOption(9901, 1),
  count: integerOption(10, "how many datagrams to send", 1, 1_000_000),
  size: integerOption(
    undefined,
    "fill or cut each datagram to so many bytes (at most 65507; over IPv6 65527)",
    8,
    Infinity,
  ),
  seconds: secondsOption(1, "how long to wait for each reply"),
};

export const exercise: Exercise = {
  id: "udp_client",
  sheet: "note 1 (theory)",
  title: "UDP echo client that counts losses",
  role: "client",
  options,
  example: `
terminal 1 $ deno run --allow-net=127.0.0.1 exercises/udp_server.ts --drop 0.2 --seed 3

terminal 2 $ deno run --allow-net=127.0.0.1:0,127.0.0.1:9901 exercises/udp_client.ts --count 3
Sending 3 datagrams to 127.0.0.1 port 9901
Reply 1: 35 bytes in 0.61 ms
No reply 2 within 1 s
Reply 3: 35 bytes in 0.33 ms
3 sent, 2 received, 1 lost (33%), 0 duplicated, 0 out of order
round trip minimum/average/maximum = 0.33/0.47/0.61 ms`,
  questions: [{
    question: "Why does the client number its datagrams and set a time limit?",
    answer: `
Because UDP does not tell: a lost datagram looks like a slow one, so only a limit
ends the wait, and no limit is right for every network. The number tells which
question a reply answers. Without it a late reply to the first datagram would be
taken for the reply to the second, and a doubled one for two. The client also checks
where a reply comes from, since anybody may send a datagram to its port.

Sending to a port where nobody listens is no error: there is no connection to be
refused. That machine does answer with ICMP "port unreachable" (RFC 1122, 4.1.3.3),
but only a socket that was connected to its peer hears of it, and this one is not
(Windows tells every socket, at its next recvfrom: WSAECONNRESET).`,
  }],
  demo: { args: ["--count", "5", "--seconds", "0.2"] },
  permissions: { net: ["127.0.0.1:0", "127.0.0.1:9901"] },
};

/** How long a doubled reply to the last datagram may take, in ms. */
const LINGER_MS = 100;

/** The payload of datagram `number`; with a `size`, filled or cut to it. */
export function payload(
  number: number,
  text: string,
  size?: number,
): Uint8Array {
  const bytes = new TextEncoder().encode(`${number} ${text}`);
  if (size === undefined) return bytes;
  const sized = new Uint8Array(size).fill(46); // "."
  sized.set(bytes.subarray(0, size));
  return sized;
}

/**
 * Sends datagrams 1 to `count`, each as `make` has it, one after another, and
 * waits for the reply to each; what becomes of them is counted in `trips`.
 */
export async function ping(
  socket: UdpSocket,
  server: Endpoint,
  { count, make, waitMs }: {
    count: number;
    make: (number: number) => Uint8Array;
    waitMs: number;
  },
  trips: RoundTrips,
  log: (line: string) => void,
): Promise<void> {
  // Where replies come from: of a name that only the system looks up, the sender
  // of the first reply.
  const isName = !isIpv4(server.hostname) && !isIpv6(server.hostname);
  let address = isName ? undefined : canonical(server.hostname);
  const isServer = ({ hostname, port }: Endpoint) =>
    port === server.port &&
    (address === undefined || canonical(hostname) === address);

  const take = (datagram: Datagram) => {
    const { data, from } = datagram;
    const number = parseInt(new TextDecoder().decode(data.subarray(0, 8)));
    const isSent = number >= 1 && number <= trips.sent;
    if (!isServer(from) || !isSent || !equal(data, make(number))) {
      const why = isServer(from)
        ? "that are no reply"
        : `of ${formatPeer(from)}, which is not the server`;
      log(`Ignored ${data.length} bytes ${why}`);
      return;
    }
    address ??= canonical(from.hostname);
    const ms = trips.end(number);
    log(
      ms === undefined
        ? `Reply ${number} again`
        : `Reply ${number}: ${data.length} bytes in ${ms.toFixed(2)} ms`,
    );
  };
  const receiveFor = async (ms: number, isDone: () => boolean) => {
    const deadline = performance.now() + ms;
    while (!isDone()) {
      const left = deadline - performance.now();
      const datagram = left > 0 ? await socket.receive(left) : undefined;
      if (!datagram) return;
      take(datagram);
    }
  };

  for (let number = 1; number <= count; number++) {
    const datagram = make(number);
    // On loopback the reply is there before send() has returned.
    const start = isName ? undefined : performance.now();
    // A name is looked up each time, which may take long, and is no part of the trip.
    await within(
      isName ? waitMs : undefined,
      () => socket.send(datagram, server),
    ).catch((error) => {
      throw located(error, "lookup", server.hostname);
    });
    trips.begin(start);
    await receiveFor(waitMs, () => trips.isBack(number));
    if (!trips.isBack(number)) {
      log(`No reply ${number} within ${waitMs / 1000} s`);
    }
  }
  await receiveFor(LINGER_MS, () => false);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

export async function main(args: string[]): Promise<void> {
  const { _: [text], host, port, count, size, seconds } = await parseOptions(
    options,
    args,
  );
  const server = { hostname: host, port };
  const make = (number: number) => payload(number, text, size);
  requireFits(size ?? make(count).length, host); // the last number is the longest
  using socket = bindUdp({ hostname: ownHost(host), port: 0 });
  const what = count === 1 ? "1 datagram" : `${count} datagrams`;
  print(`Sending ${what} to ${host} port ${port}`);
  const trips = new RoundTrips();
  try {
    await ping(
      socket,
      server,
      { count, make, waitMs: seconds * 1000 },
      trips,
      print,
    );
  } finally {
    for (const line of trips.summary()) print(line);
  }
  if (trips.received === 0) {
    const hint =
      "start udp_server first, and give both the same port: a server " +
      "that is missing and a datagram that is lost look alike";
    throw located(
      Object.assign(timeoutError(`no reply within ${seconds} s`), { hint }),
      "read",
      formatEndpoint(server),
    );
  }
}

if (import.meta.main) await runExercise(exercise, main);
