import { assert, assertEquals, assertRejects } from "@std/assert";
import { connectTcp } from "../../lib/connect.ts";
import type { Connection } from "../../lib/connection.ts";
import type { Fault } from "../../lib/fault.ts";

const LOOPBACK = { net: ["127.0.0.1"] };

Deno.test({
  name: "connectTcp() without the permission rejects, and does not ask",
  permissions: { net: ["127.0.0.1:1"] },
}, async () => {
  await assertRejects(
    () => connectTcp({ hostname: "127.0.0.1", port: 2 }),
    Deno.errors.NotCapable,
    "--allow-net=127.0.0.1:2",
  );
});

Deno.test({
  name: "connectTcp() names the address that refuses",
  permissions: LOOPBACK,
}, async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { addr } = listener;
  listener.close();
  const error: Fault = await assertRejects(
    () => connectTcp(addr),
    Deno.errors.ConnectionRefused,
  );
  assertEquals(error.address, `127.0.0.1:${addr.port}`);
});

Deno.test({
  name: "connectTcp() gives up on time where nobody answers",
  permissions: LOOPBACK,
}, async () => {
  // A listener that accepts nobody answers no more once its queue is full.
  using listener = Deno.listen({
    hostname: "127.0.0.1",
    port: 0,
    tcpBacklog: 1,
  });
  const conns: Connection[] = [];
  try {
    const start = performance.now();
    const error: Fault & DOMException = await assertRejects(
      async () => {
        for (let count = 0; count < 10; count++) {
          conns.push(await connectTcp({ ...listener.addr, timeoutMs: 300 }));
        }
      },
      DOMException,
      "no answer within 0.3 s",
    );
    assertEquals(error.name, "TimeoutError");
    assertEquals(error.syscall, "connect");
    assert(performance.now() - start < 2000);
  } finally {
    for (const conn of conns) conn.close();
  }
});
