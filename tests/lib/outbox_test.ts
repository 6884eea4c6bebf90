import { assertEquals, assertRejects } from "@std/assert";
import { connectTcp } from "../../lib/connect.ts";
import { Outbox } from "../../lib/outbox.ts";
import { readChunks, writeAll } from "../../lib/stream.ts";
import { serve } from "../server.ts";

const LOOPBACK = { net: ["127.0.0.1"] };
/** More than the buffers between two ends hold. */
const CLOGGING = 1 << 25;

Deno.test({
  name: "send() does not wait for a peer that does not read",
  permissions: LOOPBACK,
}, async () => {
  const leaving = Promise.withResolvers<void>();
  await using server = serve(() => leaving.promise);
  using conn = await connectTcp(server.addr);
  const clogged = assertRejects(
    () => writeAll(conn, new Uint8Array(CLOGGING)),
    Deno.errors.Interrupted,
  );
  const outbox = new Outbox(conn);
  for (let number = 0; number < 1000; number++) {
    await outbox.send(new TextEncoder().encode(`${number}\n`));
  }
  conn.close();
  await clogged;
  leaving.resolve();
});

Deno.test({
  name: "send() holds back what comes faster than the peer reads, and in order",
  permissions: LOOPBACK,
}, async () => {
  const reading = Promise.withResolvers<void>();
  const heard = Promise.withResolvers<string>();
  await using server = serve(async (conn) => {
    await reading.promise;
    let length = 0, last = "";
    for await (const chunk of readChunks(conn)) {
      length += chunk.length;
      last = new TextDecoder().decode(chunk.subarray(-5));
    }
    heard.resolve(`${length} ${last}`);
  });
  using conn = await connectTcp(server.addr);
  const outbox = new Outbox(conn);
  const flood = [new Uint8Array(CLOGGING), new TextEncoder().encode("after")];
  let isSent = false;
  const sending = Promise.all(flood.map((message) => outbox.send(message)))
    .then(() => isSent = true);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(isSent, false);
  reading.resolve();
  await sending;
  await conn.closeWrite();
  assertEquals(await heard.promise, `${CLOGGING + 5} after`);
  assertEquals(server.errors, []);
});
