/**
 * Which range a port is in, which services are known there, and a port that the
 * kernel chose for a client just now.
 *
 * ```text
 * $ deno run --allow-net=127.0.0.1 exercises/port_numbers.ts 80 9900
 * Port 80: system, service http (tcp)
 * Port 9900: user, no known service
 * …
 * ```
 *
 * @module
 */

import { connectTcp } from "../lib/connect.ts";
import { parsePort } from "../lib/endpoint.ts";
import type { Exercise } from "../lib/exercise.ts";
import { operands } from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";
import {
  getServiceByPort,
  PORT_RANGES,
  portRange,
  PROTOCOLS,
} from "../lib/services.ts";
import { serveTcp } from "../lib/tcp.ts";

const options = {
  _: operands("[port …]", "the ports to look at", parsePort, {
    values: [53, 80, 9900, 50000],
  }),
};

export const exercise: Exercise = {
  id: "port_numbers",
  sheet: "note 1 (theory)",
  title: "Ranges of port numbers",
  options,
  example: `
$ deno run --allow-net=127.0.0.1 exercises/port_numbers.ts 53 9900
system   0–1023       assigned by IANA; on Unix only for privileged processes
user     1024–49151   assigned by IANA on request; free for your own servers
dynamic  49152–65535  never assigned; for ports that the system chooses
Port 53: system, service domain (tcp), domain (udp)
Port 9900: user, no known service
A client's port, chosen by the kernel just now: 51234 (dynamic)`,
  questions: [{
    question: "Which port numbers are there, and who chooses them?",
    answer: `
RFC 6335 divides them in three: system ports 0 to 1023 and user ports 1024 to 49151,
which IANA assigns to services, and dynamic ports 49152 to 65535, which nobody is
assigned. A server's port is chosen by its author or user, so that clients can know
it; a client's by the kernel. Linux does not keep to the dynamic range: by default
it takes 32768 to 60999 (ip_local_port_range), so a client's port may well be a user
port. Windows takes 49152 to 65535.`,
  }],
  permissions: { net: ["127.0.0.1"] },
};

/** The line about one port. */
export function describePort(port: number): string {
  const services = PROTOCOLS.flatMap((protocol) => {
    const name = getServiceByPort(port, protocol);
    return name ? [`${name} (${protocol})`] : [];
  });
  const known = services.length > 0
    ? `service ${services.join(", ")}`
    : "no known service";
  return `Port ${port}: ${portRange(port).name}, ${known}`;
}

/** The port that the kernel gives to a client that connects. */
export async function clientPort(): Promise<number> {
  // `using` closes it at the end of the block.
  await using server = serveTcp(
    { hostname: "127.0.0.1", port: 0, onError: () => {} },
    () => Promise.resolve(),
  );
  using conn = await connectTcp(server.addr);
  return conn.localAddr.port;
}

export async function main(args: string[]): Promise<void> {
  const { _: ports } = await parseOptions(options, args);
  for (const { name, first, last, use } of PORT_RANGES) {
    console.log(`${name.padEnd(8)} ${`${first}–${last}`.padEnd(12)} ${use}`);
  }
  for (const port of ports) console.log(describePort(port));
  const chosen = await clientPort();
  const range = portRange(chosen).name;
  console.log(
    `A client's port, chosen by the kernel just now: ${chosen} (${range})`,
  );
}

if (import.meta.main) await runExercise(exercise, main);
