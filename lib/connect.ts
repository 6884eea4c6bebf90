/**
 * Connections to a TCP server.
 *
 * Python: `socket.connect`, `settimeout`; C: `connect(2)`. TCP itself: RFC 9293.
 *
 * @module
 */

import { timeoutError, unlessAborted } from "./deadline.ts";
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
 * @throws {Deno.errors.NotCapable} without net access to `hostname:port`
 */
export async function connectTcp(
  { hostname, port, timeoutMs }: ConnectOptions,
): Promise<Deno.TcpConn> {
  const address = formatEndpoint({ hostname, port });
  requirePermission({ name: "net", host: address });
  const signal = timeoutMs === undefined
    ? undefined
    : AbortSignal.timeout(timeoutMs);
  try {
    // Deno before 2.5 does not look at the signal, so it is raced as well.
    const conn = await unlessAborted(
      Deno.connect({ hostname, port, signal }),
      signal,
      (late) => late.close(),
    );
    // Small messages go out at once (RFC 9293, section 3.7.4 on Nagle's algorithm).
    conn.setNoDelay(true);
    return conn;
  } catch (error) {
    throw located(
      error === signal?.reason
        ? timeoutError(`no answer within ${timeoutMs! / 1000} s`)
        : error,
      "connect",
      address,
    );
  }
}
