import { assert, assertEquals, assertRejects } from "@std/assert";
import { connectTcp } from "../../lib/connect.ts";
import type { Fault } from "../../lib/fault.ts";
import { readChunks, readToEnd, writeAll } from "../../lib/stream.ts";
import { connectAndReset } from "../faults/reset.ts";
import { echo, serve } from "../server.ts";

const LOOPBACK = { net: ["127.0.0.1"] };
const encode = (text: string) => new TextEncoder().encode(text);

Deno.test({
  name:
    "readChunks() ends the silence of a peer at idleMs, and closes the connection",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(echo);
  using conn = await connectTcp(server.addr);
  await writeAll(conn, encode("a"));
  const seen: number[] = [];
  const error = await assertRejects(
    async () => {
      for await (const chunk of readChunks(conn, { idleMs: 100 })) {
        seen.push(...chunk);
      }
    },
    DOMException,
    "nothing came for 0.1 s",
  );
  assertEquals(error.name, "TimeoutError");
  assertEquals(seen, [97]);
  await assertRejects(
    () => conn.read(new Uint8Array(1)),
    Deno.errors.BadResource,
  );
});

Deno.test({
  name: "readChunks() sets no limit to what is done with a chunk",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(echo);
  using conn = await connectTcp(server.addr);
  await writeAll(conn, encode("a"));
  for await (const _ of readChunks(conn, { idleMs: 200 })) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    break;
  }
  assertEquals(conn.error, undefined);
  await writeAll(conn, encode("b"));
});

Deno.test({
  name: "writeAll() leaves the limit of a read beside it alone",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(async (conn) => {
    for await (const _ of readChunks(conn)); // listens, says nothing
  });
  using conn = await connectTcp(server.addr);
  const reading = assertRejects(
    async () => {
      for await (const _ of readChunks(conn, { idleMs: 100 }));
    },
    DOMException,
    "nothing came for 0.1 s",
  );
  await writeAll(conn, encode("a"));
  await reading;
});

Deno.test({
  name:
    "readChunks() takes small chunks after large ones, and large ones again",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(echo);
  using conn = await connectTcp(server.addr);
  for (const size of [65_536, 1, 600, 1, 65_536, 5]) {
    const sent = crypto.getRandomValues(new Uint8Array(size));
    const writing = writeAll(conn, sent);
    const back: number[] = [];
    for await (const chunk of readChunks(conn, { idleMs: 5000 })) {
      back.push(...chunk);
      if (back.length === sent.length) break;
    }
    await writing;
    assertEquals(new Uint8Array(back), sent);
  }
});

Deno.test({
  name: "readChunks() reports a reset with the peer's address",
  permissions: LOOPBACK,
}, async () => {
  const server = serve(echo);
  await connectAndReset(server.addr, {
    send: encode("data"),
    awaitsReply: true,
  });
  await server.shutdown();
  const [error] = server.errors as Fault[];
  assert(error instanceof Deno.errors.ConnectionReset, `${error}`);
  assertEquals(error.syscall, "read");
  assert(error.address?.startsWith("127.0.0.1:"));
});

Deno.test({
  name: "readChunks() and writeAll() carry every byte of 8 MiB in order",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(echo);
  using conn = await connectTcp(server.addr);
  const sent = new Uint8Array(8 << 20);
  for (let offset = 0; offset < sent.length; offset += 65536) {
    crypto.getRandomValues(sent.subarray(offset, offset + 65536));
  }
  const writing = writeAll(conn, sent).then(() => conn.closeWrite());
  const back = new Uint8Array(sent.length);
  let received = 0;
  for await (const chunk of readChunks(conn)) {
    back.set(chunk, received);
    received += chunk.length;
  }
  await writing;
  assertEquals(received, sent.length);
  const digest = async (bytes: Uint8Array<ArrayBuffer>) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  assertEquals(await digest(back), await digest(sent));
});

Deno.test({
  name: "writeAll() rejects once the peer has closed",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(() => Promise.resolve());
  using conn = await connectTcp(server.addr);
  const error: Fault = await assertRejects(async () => {
    while (true) await writeAll(conn, new Uint8Array(65536));
  }, Error);
  assert(
    error instanceof Deno.errors.BrokenPipe ||
      error instanceof Deno.errors.ConnectionReset,
  );
  assertEquals(error.syscall, "write");
});

Deno.test({
  name: "readToEnd() hands on what came before the peer fell silent",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(async (conn) => {
    await writeAll(conn, encode("half an ans"));
    for await (const _ of readChunks(conn));
  });
  using conn = await connectTcp(server.addr);
  let text = "";
  await assertRejects(
    () =>
      readToEnd(conn, 100, (bytes) => text = new TextDecoder().decode(bytes)),
    DOMException,
  );
  assertEquals(text, "half an ans");
});

Deno.test({
  name: "readToEnd() refuses more than its limit, and a peer that says nothing",
  permissions: LOOPBACK,
}, async () => {
  await using flood = serve(async (conn) => {
    for (let count = 0; count < 100; count++) {
      await writeAll(conn, new Uint8Array(4096));
    }
  });
  using first = await connectTcp(flood.addr);
  await assertRejects(
    () => readToEnd(first, 5000, () => {}),
    Deno.errors.InvalidData,
    "more than 65536 bytes",
  );
  await using silent = serve(() => Promise.resolve());
  using second = await connectTcp(silent.addr);
  await assertRejects(
    () => readToEnd(second, 5000, () => {}),
    Deno.errors.UnexpectedEof,
    "without a word",
  );
});
