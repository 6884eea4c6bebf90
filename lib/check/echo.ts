/**
 * Exchanges with an echo server, as its rules need them.
 *
 * @module
 */

import { once } from "node:events";
import { connect as connectRaw } from "node:net";
import type { Connection } from "../connection.ts";
import { writeAll } from "../stream.ts";
import { encode } from "./bytes.ts";
import { SHEET_TEXT } from "./client.ts";
import { Finding } from "./rule.ts";
import { readBytes, type Server } from "./server.ts";

/** The sheet's message, 33 bytes. */
export const MESSAGE: Uint8Array<ArrayBuffer> = encode(SHEET_TEXT);
/** More than the sheet's 4,096 bytes, and no multiple of it. */
export const LONG: Uint8Array<ArrayBuffer> = pattern(20_000);
/** For a client that reads slowly. */
export const MEBIBYTE: Uint8Array<ArrayBuffer> = pattern(1 << 20);

/** Letters that differ from their neighbours, so that a gap shows; all of ASCII. */
function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => {
    const row = Math.floor(index / 61);
    return 33 + (index + 7 * row) % 94;
  });
}

/** Sends a message and reads its echo; the connection stays open. */
export async function expectEcho(
  conn: Connection,
  message: Uint8Array,
  likely?: (received: Uint8Array) => string | undefined,
): Promise<void> {
  const sending = writeAll(conn, message);
  sending.catch(() => {}); // The reads tell better what that means.
  const received = await readBytes(
    conn,
    message.length,
    { sent: message, expected: message },
    likely,
  );
  await sending;
  compare(message, received);
}

/** Finds the first byte of an echo that differs from what was sent. */
export function compare(sent: Uint8Array, received: Uint8Array): void {
  const at = received.findIndex((byte, index) => byte !== sent[index]);
  if (at < 0) return;
  throw new Finding(
    at < sent.length
      ? `the echo differs from byte ${at} on`
      : `the echo goes on after the ${sent.length} bytes that were sent`,
    { sent, expected: sent, received },
  );
}

/** Sends a message on a connection of its own, and reads its echo. */
export async function echoOnce(
  server: Server,
  message: Uint8Array,
): Promise<void> {
  using conn = await server.connect();
  await expectEcho(conn, message);
}

/** Sends something and resets the connection, as a killed program's system does. */
export async function breakOff({ endpoint }: Server): Promise<void> {
  const socket = connectRaw(endpoint.port, endpoint.hostname);
  try {
    await once(socket, "connect");
  } catch {
    throw new Finding("it listens no more after a client broke off");
  }
  socket.on("error", () => {}); // it may break off first, as it likes
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.write("half a mess", () => socket.resetAndDestroy());
  await closed;
}
