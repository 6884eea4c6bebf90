/**
 * An echo server with a fault of one's choice, to see that the soak finds it.
 *
 * ```text
 * deno run --allow-net=127.0.0.1 faulty_server.ts <port> <fault>
 * ```
 *
 * @module
 */

import { MESSAGE_BYTES } from "./message.ts";

/** Every so many reads, or connections, the fault shows. */
const EVERY = 50;
/** After how long an impatient server ends a silent connection, in ms. */
const SILENCE_MS = 500;

const [port, fault] = Deno.args;
let reads = 0, connections = 0, isEnding = false;
const kept: Deno.TcpConn[] = [];

Deno.addSignalListener("SIGINT", () => {
  isEnding = true;
  if (fault === "fails") Deno.exit(3);
  if (fault !== "stays" && fault !== "tears") Deno.exit(0);
  if (fault === "tears") setTimeout(() => Deno.exit(0), 200);
});

/** What is sent back for `bytes`. */
function reply(bytes: Uint8Array): Uint8Array {
  if (fault === "tears" && isEnding) return bytes.subarray(0, 10);
  if (fault === "shortens" && bytes.length > 1024) return bytes.subarray(1);
  // Only whole messages, two or more: what hostile peers send is echoed as it is.
  const count = bytes.length / MESSAGE_BYTES;
  const isTurn = Number.isInteger(count) && count >= 2 && count <= 8 &&
    reads++ % EVERY === 0;
  if (!isTurn) return bytes;
  const first = bytes.slice(0, MESSAGE_BYTES);
  if (fault === "loses") return bytes.subarray(MESSAGE_BYTES);
  if (fault === "changes") bytes[20] ^= 1;
  if (fault === "swaps") {
    bytes.copyWithin(0, MESSAGE_BYTES, 2 * MESSAGE_BYTES);
    bytes.set(first, MESSAGE_BYTES);
  }
  return bytes;
}

async function serve(conn: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(65_536);
  const close = () => {
    try {
      conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    while (true) {
      clearTimeout(timer);
      if (fault === "hurries") timer = setTimeout(close, SILENCE_MS);
      const count = await conn.read(buffer);
      if (count === null) break;
      const bytes = reply(buffer.subarray(0, count));
      for (let sent = 0; sent < bytes.length;) {
        sent += await conn.write(bytes.subarray(sent));
      }
      if (fault === "tears" && isEnding) break;
    }
  } catch (error) {
    if (fault !== "quits") console.error(String(error));
    else throw error; // nobody catches it: the program ends
  }
  clearTimeout(timer);
  if (fault === "leaks" && connections++ % EVERY === 0) {
    kept.push(conn);
    await conn.closeWrite().catch(() => {}); // It is gone: kept all the same.
  } else close();
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(port) });
while (true) {
  try {
    serve(await listener.accept());
  } catch (error) {
    console.error(String(error));
  }
}
