/**
 * A client that breaks off, as a killed program's system does: with a real RST,
 * which Deno's own connections cannot send.
 *
 * @module
 */

import { connect } from "node:net";
import type { Endpoint } from "../../lib/endpoint.ts";

/** What a client does before it breaks off. */
export interface ResetOptions {
  /** What it sends. */
  send?: Uint8Array;
  /** Whether it waits for the first of a reply to that. */
  awaitsReply?: boolean;
}

/** Connects and breaks off; resolves when the connection is gone. */
export async function connectAndReset(
  { hostname, port }: Endpoint,
  { send, awaitsReply = false }: ResetOptions = {},
): Promise<void> {
  const socket = connect(port, hostname);
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const reset = () => socket.resetAndDestroy();
  socket.on("error", () => {}); // Refused or reset itself: it is gone anyway.
  socket.on("close", () => resolve());
  socket.on("connect", () => {
    if (!send) return reset();
    if (awaitsReply) socket.once("readable", reset);
    socket.write(send, () => awaitsReply || reset());
  });
  await closed;
}
