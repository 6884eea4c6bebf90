import { assert, assertEquals, assertRejects } from "@std/assert";
import { connectTcp } from "../../lib/connect.ts";
import type { Connection } from "../../lib/connection.ts";
import { readChunks, writeAll } from "../../lib/stream.ts";
import { serve } from "../server.ts";

const LOOPBACK = { net: ["127.0.0.1"] };

Deno.test({
  name: "finish() half-closes, and reads on until the peer closes too",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(async (conn) => {
    let length = 0;
    for await (const chunk of readChunks(conn)) {
      length += chunk.length; // up to the end of file that finish() sends
    }
    await writeAll(conn, new Uint8Array(length));
  });
  using conn = await connectTcp(server.addr);
  await writeAll(conn, new Uint8Array(100_000));
  await conn.finish();
  assertEquals(conn.error, undefined);
  assertEquals(server.errors, []);
});

Deno.test({
  name: "finish() gives up on a peer that does not close",
  permissions: LOOPBACK,
}, async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using conn = await connectTcp(listener.addr);
  using _silent = await listener.accept();
  await conn.finish();
  assert(conn.error?.message.startsWith("the peer did not close"));
});

Deno.test({
  name: "finish() has nothing to wait for after the peer's end of file",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(() => Promise.resolve());
  using conn = await connectTcp(server.addr);
  for await (const _ of readChunks(conn));
  await conn.finish();
  assertEquals(conn.error, undefined);
});

/** A connection whose peer says nothing, and takes nothing. */
async function silent(): Promise<{ conn: Connection } & Disposable> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const conn = await connectTcp(listener.addr as Deno.NetAddr);
  const peer = await listener.accept();
  return {
    conn,
    [Symbol.dispose]() {
      for (const one of [conn, peer, listener]) one.close();
    },
  };
}

Deno.test({
  name:
    "limitSilence() closes after the silence, which begins anew when it is said",
  permissions: LOOPBACK,
}, async () => {
  using one = await silent();
  const { conn } = one;
  const start = performance.now();
  conn.limitSilence(300, "nothing came");
  const read = assertRejects(
    () => conn.read(new Uint8Array(1)),
    Deno.errors.Interrupted,
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  conn.limitSilence(300, "no line came");
  await read;
  assertEquals(conn.error?.message, "no line came for 0.3 s");
  assertEquals(conn.error?.name, "TimeoutError");
  assert(performance.now() - start >= 345, "the silence began anew");
});

Deno.test({
  name: "allowSilence() and close() take the limit away",
  permissions: LOOPBACK,
}, async () => {
  using one = await silent();
  using other = await silent();
  const longer = other.conn;
  one.conn.limitSilence(10, "nothing came");
  one.conn.allowSilence();
  assertEquals(one.conn.look(Infinity), Infinity);
  longer.limitSilence(10, "nothing came");
  longer.close();
  assertEquals(longer.look(Infinity), Infinity);
  assert(!one.conn.error && !longer.error);
});

Deno.test({
  name: "write() closes a connection whose peer takes nothing for the time",
  permissions: LOOPBACK,
}, async () => {
  using one = await silent();
  const { conn } = one;
  const bytes = new Uint8Array(1 << 20);
  await assertRejects(async () => {
    while (true) await conn.write(bytes, 60);
  }, Deno.errors.Interrupted);
  assertEquals(conn.error?.message, "the peer read nothing for 0.06 s");
});
