/**
 * Exchanges with an echo server, as its rules need them.
 *
 * @module
 */

import { once } from "node:events";
import { connect as connectRaw, type Socket } from "node:net";
import type { Connection } from "../connection.ts";
import { isTimeout, pause, within } from "../deadline.ts";
import { writeAll } from "../stream.ts";
import { encode, firstDifference, SHEET_TEXT } from "./bytes.ts";
import { readBytes, readSurplus } from "./exchange.ts";
import { Finding, NotApplicable } from "./rule.ts";
import type { Server } from "./server.ts";

/** More than the sheet's 4,096 bytes, and no multiple of it. */
export const LONG: Uint8Array<ArrayBuffer> = pattern(20_000);
/** For a client that reads slowly. */
const MEBIBYTE = pattern(1 << 20);
/** More than systems keep for a client that does not read, which is 4 MiB; in bytes. */
const UNKEPT = 6 << 20;
/** Who returns the first so soon is sent more, in ms; others would take too long. */
const QUICK_MS = 2500;

/** How long the buffers between take to be full, so that a send is short, in ms. */
const FILL_MS = 300;
/** The same for some MiB, also on a busy machine. */
const FILL_MORE_MS = 1000;

/** More than the buffers between hold, in bytes. */
const FLOOD = 16 << 20;
/** How long a reset may take, in ms. */
const RESET_MS = 1000;

/** Printable ASCII in which no row repeats the one before, so that a gap shows. */
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
function compare(sent: Uint8Array, received: Uint8Array): void {
  const at = firstDifference(sent, received);
  if (at === undefined) return;
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

/** Sends a message, and looks whether its echo is all that comes back. */
export async function echoJust(
  server: Server,
  message: Uint8Array<ArrayBuffer>,
): Promise<void> {
  using conn = await server.connect();
  await expectEcho(conn, message);
  const surplus = await readSurplus(conn);
  compare(message, await new Blob([message, surplus]).bytes());
}

/** Sends byte by byte, each when the one before is back. */
export async function echoPieces(server: Server): Promise<void> {
  using conn = await server.connect();
  const text = encode("বাংলা, é, 😀");
  for (const byte of text) {
    await writeAll(conn, new Uint8Array([byte]));
    const received = await readBytes(conn, 1, { sent: text });
    compare(new Uint8Array([byte]), received);
  }
}

/** Sends much, and begins to read only when the buffers between are full. */
export async function echoSlowly(server: Server): Promise<void> {
  const start = performance.now();
  await echoUnread(server, MEBIBYTE, FILL_MS);
  if (performance.now() - start > QUICK_MS) return;
  await echoUnread(server, pattern(UNKEPT), FILL_MORE_MS);
}

async function echoUnread(
  server: Server,
  message: Uint8Array,
  fillMs: number,
): Promise<void> {
  using conn = await server.connect();
  const sending = writeAll(conn, message);
  sending.catch(() => {});
  await pause(fillMs);
  const received = await readBytes(
    conn,
    message.length,
    { expected: message },
  );
  await sending;
  compare(message, received);
}

/** Sends all, half-closes, and reads to the end of file. */
export async function echoHalfClosed(server: Server): Promise<void> {
  using conn = await server.connect();
  const sending = writeAll(conn, LONG).then(() => conn.closeWrite());
  sending.catch(() => {});
  const evidence = { sent: LONG, expected: LONG };
  const received = await readBytes(conn, undefined, evidence);
  if (received.length < LONG.length) {
    throw new Finding(
      `it closed after ${received.length} of ${LONG.length} bytes`,
      { ...evidence, received },
    );
  }
  compare(LONG, received);
}

/** Ten clients: all are connected before one speaks, and until all are served. */
export async function echoSideBySide(server: Server): Promise<void> {
  await using clients = new AsyncDisposableStack();
  const connected = await Promise.allSettled(
    Array.from({ length: 10 }, async () => clients.use(await server.connect())),
  );
  await Promise.all(connected.map(async (client, index) => {
    if (client.status === "rejected") throw client.reason;
    await expectEcho(client.value, encode(`I am client ${index}`));
  }));
}

/** Waits until the server has printed that it sent back `length` bytes in all. */
export async function logged(server: Server, length: number): Promise<void> {
  let counts: string[] = [];
  await server.printed(
    (stdout) => (counts = sentCounts(stdout)).length > 0,
    "`sent <n> bytes back to …`",
  );
  const wrong = counts.find((count) => !/^\d+$/.test(count));
  if (wrong !== undefined) {
    throw new Finding(
      `it printed ${JSON.stringify(wrong)} where the number belongs`,
      { expected: encode(String(length)), received: encode(wrong) },
      wrong.includes(SHEET_TEXT)
        ? "it prints the data in the place of its length"
        : undefined,
    );
  }
  await server.printed(
    (stdout) =>
      sentCounts(stdout).reduce((sum, count) => sum + Number(count), 0) ===
        length,
    `counts that add up to the ${length} bytes that it sent back`,
  );
}

/** What stands where the sheet's line has the number; there is a line for each read. */
function sentCounts(stdout: string): string[] {
  // Bounded: from each "sent" of a flood it would be looked for to the flood's end.
  const line = /sent (.{0,200}?) bytes back to/g;
  return Array.from(stdout.matchAll(line), ([, count]) => count);
}

/**
 * Sends something and resets the connection, as a killed program's system does; in a
 * flood while the server waits to send.
 *
 * @throws {NotApplicable} if Deno sends no reset, as until 2.6
 */
export async function breakOff(
  { endpoint }: Server,
  isInFlood = false,
): Promise<void> {
  const socket = connectRaw(endpoint.port, endpoint.hostname);
  try {
    await once(socket, "connect");
  } catch {
    throw new Finding("it listens no more after a client broke off");
  }
  socket.on("error", () => {}); // it may break off first, as it likes
  const closed = new Promise((resolve) => socket.on("close", resolve));
  if (isInFlood) {
    socket.pause();
    await clog(socket);
    socket.resetAndDestroy();
  } else {
    socket.write("half a mess", () => socket.resetAndDestroy());
  }
  try {
    await within(RESET_MS, () => closed);
  } catch (error) {
    if (!isTimeout(error)) throw error;
    socket.destroy();
    throw new NotApplicable("this Deno sends no reset: a later one does");
  }
}

/** Sends until nothing is taken for a while: the server itself waits to send. */
async function clog(socket: Socket): Promise<void> {
  const piece = new Uint8Array(65_536);
  const write = () => new Promise((resolve) => socket.write(piece, resolve));
  try {
    for (let sent = 0; sent < FLOOD; sent += piece.length) {
      await within(FILL_MS, write);
    }
  } catch (error) {
    if (!isTimeout(error)) throw error;
  }
}
