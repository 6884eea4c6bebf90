/**
 * One exchange with an echo server, checked byte by byte.
 *
 * @module
 */

import type { Connection } from "../../lib/connection.ts";
import { isTimeout } from "../../lib/deadline.ts";
import { readChunks, writeAll } from "../../lib/stream.ts";

/**
 * Whether just `bytes` come back. With `isLast` the connection is half-closed
 * after them, and the end of file has to follow their echo.
 */
export async function echoes(
  conn: Connection,
  bytes: Uint8Array,
  idleMs: number,
  isLast = false,
): Promise<boolean> {
  let received = 0;
  let isSame = true;
  const send = async () => {
    await writeAll(conn, bytes);
    if (isLast) await conn.closeWrite();
  };
  const receive = async () => {
    for await (const chunk of readChunks(conn, { idleMs })) {
      for (const byte of chunk) {
        if (byte !== bytes[received++]) isSame = false;
      }
      if (!isLast && received >= bytes.length) break;
    }
  };
  try {
    await Promise.all([send(), receive()]);
  } catch (error) {
    requirePeerFault(error);
    return false;
  }
  return isSame && received === bytes.length;
}

/** Throws `error` again unless the connection or its peer can be its cause. */
export function requirePeerFault(error: unknown): void {
  const { errors } = Deno;
  const isPeerFault = error instanceof errors.ConnectionRefused ||
    error instanceof errors.ConnectionReset ||
    error instanceof errors.ConnectionAborted ||
    error instanceof errors.NotConnected ||
    error instanceof errors.BrokenPipe ||
    error instanceof errors.Interrupted || // closed by a limit of ours
    error instanceof errors.BadResource ||
    isTimeout(error);
  if (!isPeerFault) throw error;
}
