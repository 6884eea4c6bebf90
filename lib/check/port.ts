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
/** So many ports each of them has, and uses one after another. */
const PORTS = 400;
/** How long one of them stands for a process, in ms. */
const MOMENT_MS = 50;

/**
 * A port where a program can listen. Until it does another could take the port: so
 * two checks at the same time use different ones. One check comes back to a port
 * late, since a server that is no more may have left a connection on it (TIME_WAIT).
 *
 * @throws {Deno.errors.NotCapable} without net access to 127.0.0.1
 */
export function portForProgram(): number {
  const moment = Math.floor(performance.now() / MOMENT_MS) % PORTS;
  const preferredPort = FIRST_PORT + Deno.pid % PROCESSES * PORTS + moment;
  return getAvailablePort({ preferredPort });
}
