/**
 * Connections to a TCP server.
 *
 * Python: `socket.connect`, `settimeout`; C: `connect(2)`. TCP itself: RFC 9293.
 *
 * @module
 */

import { Connection } from "./connection.ts";
import { within } from "./deadline.ts";
import { type Endpoint, formatEndpoint } from "./endpoint.ts";
import { located } from "./fault.ts";
import { requirePermission } from "./permission.ts";

/** Where to connect to, and for how long to try. */
export interface ConnectOptions extends Endpoint {
  /** Gives up after so many milliseconds; otherwise the system decides (minutes). */
  timeoutMs?: number;
}

/**
 * Connects to a server.
 *
 * @throws {Deno.errors.ConnectionRefused} if nobody listens there
 * @throws {DOMException} "TimeoutError" if nobody answers within `timeoutMs`
 * @throws {Error} "failed to lookup address information: …" if no such name is known
 * @throws {Deno.errors.NotCapable} without net access to `hostname:port`
 */
export async function connectTcp(
  { hostname, port, timeoutMs }: ConnectOptions,
): Promise<Connection> {
  const address = formatEndpoint({ hostname, port });
  requirePermission({ name: "net", host: address });
  try {
    const conn = await within(
      timeoutMs,
      (signal) => Deno.connect({ hostname, port, signal }),
      (late) => late.close(), // Deno before 2.5 does not look at the signal
    );
    if (isOwnEnd(conn)) {
      conn.close();
      throw new Deno.errors.ConnectionRefused();
    }
    return new Connection(conn);
  } catch (error) {
    throw located(error, "connect", address);
  }
}

// Where nobody listens at a port of this machine, the system may choose that very port
// for the client: both ends open at once (RFC 9293, section 3.5), and it would talk to
// itself.
function isOwnEnd({ localAddr, remoteAddr }: Deno.TcpConn): boolean {
  return localAddr.port === remoteAddr.port &&
    localAddr.hostname === remoteAddr.hostname;
}
