import { assert, assertEquals } from "@std/assert";
import { connectTcp } from "../../lib/connect.ts";
import { Session } from "../../lib/session.ts";
import { readChunks, writeAll } from "../../lib/stream.ts";
import { serve } from "../server.ts";

const LOOPBACK = { net: ["127.0.0.1"] };

Deno.test({
  name: "finish() half-closes, and reads on until the peer closes too",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(async (conn, session) => {
    let length = 0;
    for await (const chunk of readChunks(conn, { session })) {
      length += chunk.length; // up to the end of file that finish() sends
    }
    await writeAll(conn, new Uint8Array(length));
  });
  const session = new Session(await connectTcp(server.addr));
  await writeAll(session.conn, new Uint8Array(100_000), { session });
  await session.finish();
  assertEquals(session.error, undefined);
  session.close();
  assertEquals(server.errors, []);
});

Deno.test({
  name: "finish() gives up on a peer that does not close",
  permissions: LOOPBACK,
}, async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const session = new Session(await connectTcp(listener.addr));
  using _silent = await listener.accept();
  await session.finish();
  assert(session.error?.message.startsWith("the peer did not close"));
  session.close();
});

Deno.test({
  name: "finish() has nothing to wait for after the peer's end of file",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(() => Promise.resolve());
  const session = new Session(await connectTcp(server.addr));
  for await (const _ of readChunks(session.conn, { session }));
  assert(session.isPeerDone);
  await session.finish();
  session.close();
});
