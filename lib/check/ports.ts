/**
 * Ports for programs under check.
 *
 * @module
 */

import { getAvailablePort } from "@std/net/get-available-port";

// Below what systems hand out to clients: Linux from 32,768, others from 49,152.
const FIRST_PORT = 20_000;
/** So many processes have ports of their own. */
const PROCESSES = 31;
/** So many ports each of them has. */
const PORTS = 400;

/** Ports where programs can listen, without an end. */
export type Ports = Generator<number, never>;

/**
 * Ports where nobody listens. Until a program does, another could take its port: so
 * two checks at the same time have different ones. And no port comes back soon: a
 * program that has ended may have left a connection on it, in TIME_WAIT.
 */
export function* portsForPrograms(): Ports {
  const first = FIRST_PORT + Deno.pid % PROCESSES * PORTS;
  for (let next = Math.floor(Math.random() * PORTS);; next++) {
    yield getAvailablePort({ preferredPort: first + next % PORTS });
  }
}
