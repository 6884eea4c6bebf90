/**
 * DNS messages over TCP, which keeps no boundaries: each stands behind its length
 * in two bytes (RFC 7766, section 8).
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import { readChunks, type ReadOptions, writeAll } from "./stream.ts";

/** The messages that the peer sends, each whole. */
export async function* readMessages(
  conn: Connection,
  options?: ReadOptions,
): AsyncGenerator<Uint8Array> {
  let pending = new Uint8Array();
  for await (const chunk of readChunks(conn, options)) {
    const joined = new Uint8Array(pending.length + chunk.length);
    joined.set(pending);
    joined.set(chunk, pending.length);
    pending = joined;
    while (pending.length >= 2) {
      const end = 2 + (pending[0] << 8) + pending[1];
      if (pending.length < end) break;
      yield pending.subarray(2, end);
      pending = pending.subarray(end);
    }
  }
}

/** Sends a message. */
export async function writeMessage(
  conn: Connection,
  message: Uint8Array,
): Promise<void> {
  const framed = new Uint8Array(2 + message.length);
  new DataView(framed.buffer).setUint16(0, message.length);
  framed.set(message, 2);
  await writeAll(conn, framed);
}
