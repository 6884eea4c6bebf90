/**
 * TCP servers at a free port of loopback, for tests of what clients meet.
 *
 * @module
 */

import { readChunks, writeAll } from "../lib/stream.ts";
import { serveTcp, type TcpHandler, type TcpServer } from "../lib/tcp.ts";

/** Serves at a free port; what handlers throw is kept. */
export function serve(handler: TcpHandler): TcpServer & { errors: unknown[] } {
  const errors: unknown[] = [];
  const server = serveTcp({
    hostname: "127.0.0.1",
    port: 0,
    onError: (error) => errors.push(error),
  }, handler);
  return Object.assign(server, { errors });
}

/** Sends back what comes. */
export const echo: TcpHandler = async (conn) => {
  for await (const chunk of readChunks(conn)) {
    await writeAll(conn, chunk);
  }
};
