import { assert, assertEquals } from "@std/assert";
import { connectTcp } from "../../lib/connect.ts";
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
  assert(conn.isPeerDone);
  await conn.finish();
});
