/**
 * Ports for programs under check.
 *
 * @module
 */

import { getAvailablePort } from "@std/net/get-available-port";

// Below what systems hand out to clients: Linux from 32,768, others from 49,152.
const FIRST_PORT = 20_000;
/** So many checks at a time have ports of their own. */
const CHECKS = 31;
/** So many ports each of them has, behind one that it listens at itself. */
const PORTS = 399;

/** Ports where programs can listen, without an end; let go of them when all is done. */
export type Ports = Generator<number, never>;

/**
 * Ports where nobody listens. Until a program does, another could take its port: so
 * two checks at the same time have different ones. And no port comes back soon: a
 * program that has ended may have left a connection on it, in TIME_WAIT.
 */
export function* portsForPrograms(): Ports {
  using lock = lockPorts();
  const first = lock.addr.port + 1;
  for (let next = Math.floor(Math.random() * PORTS);; next++) {
    yield getAvailablePort({ preferredPort: first + next % PORTS });
  }
}

/** Listens at the port before those that no other check has. */
function lockPorts(): Deno.TcpListener {
  let failure: unknown;
  // Not always from the first one on: what a check has just let go of may still have
  // connections in TIME_WAIT.
  for (let place = Deno.pid; place < Deno.pid + CHECKS; place++) {
    const port = FIRST_PORT + place % CHECKS * (PORTS + 1);
    try {
      return Deno.listen({ hostname: "127.0.0.1", port });
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
