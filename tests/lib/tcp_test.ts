import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connect as nodeConnect } from "node:net";
import { once } from "node:events";
import type { Fault } from "../../lib/fault.ts";
import { readChunks, readToEnd, writeAll } from "../../lib/stream.ts";
import {
  connectTcp,
  serveTcp,
  type TcpHandler,
  type TcpServer,
} from "../../lib/tcp.ts";

const LOOPBACK = { net: ["127.0.0.1"] };
const encode = (text: string) => new TextEncoder().encode(text);

/** Serves at a free port; what handlers throw is kept. */
function serve(handler: TcpHandler): TcpServer & { errors: unknown[] } {
  const errors: unknown[] = [];
  const server = serveTcp({
    hostname: "127.0.0.1",
    port: 0,
    onError: (error) => errors.push(error),
  }, handler);
  return Object.assign(server, { errors });
}

const echo: TcpHandler = async (conn, session) => {
  for await (const chunk of readChunks(conn, { session })) {
    await writeAll(conn, chunk);
  }
};

async function answer(conn: Deno.TcpConn): Promise<string> {
  let text = "";
  await readToEnd(
    conn,
    5000,
    (bytes) => text = new TextDecoder().decode(bytes),
  );
  return text;
}

async function ask(server: TcpServer, text: string): Promise<string> {
  using conn = await connectTcp(server.addr);
  await writeAll(conn, encode(text));
  await conn.closeWrite();
  return await answer(conn);
}

/** Connects and breaks off with a reset, as a killed program's system does. */
async function reset(server: TcpServer, text = ""): Promise<void> {
  const socket = nodeConnect(server.addr.port, "127.0.0.1");
  await once(socket, "connect");
  if (text) await new Promise((resolve) => socket.write(text, resolve));
  socket.resetAndDestroy();
  await once(socket, "close");
}

Deno.test({
  name: "serveTcp() listens when it returns, at the port that it names",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(echo);
  assert(server.addr.port > 0);
  assertEquals(await ask(server, "hello"), "hello");
});

Deno.test({
  name: "serveTcp() serves clients side by side: a silent one holds up nobody",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(echo);
  using _silent = await connectTcp(server.addr);
  const texts = Array.from({ length: 50 }, (_, index) => `client ${index}`);
  assertEquals(
    await Promise.all(texts.map((text) => ask(server, text))),
    texts,
  );
});

Deno.test({
  name:
    "serveTcp() goes on after a client resets, and after its handler throws",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(async (conn, session) => {
    for await (const chunk of readChunks(conn, { session })) {
      if (chunk[0] === 33) throw new Error("a bug in a handler");
      await writeAll(conn, chunk);
    }
  });
  await reset(server, "x");
  assertEquals(await ask(server, "one"), "one");
  await assertRejects(() => ask(server, "!"), Deno.errors.UnexpectedEof);
  assertEquals(await ask(server, "two"), "two");
  assert(server.errors.some((error) => String(error).includes("a bug")));
});

Deno.test({
  name: "serveTcp() survives clients that are gone before they are accepted",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(echo);
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 20 }, () => reset(server)));
  }
  assertEquals(await ask(server, "still here"), "still here");
});

Deno.test({
  name: "serveTcp() delivers the last bytes to a client that still sends",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve((conn) => writeAll(conn, encode("Hello, client")));
  for (let round = 0; round < 20; round++) {
    using conn = await connectTcp(server.addr);
    await writeAll(conn, encode("unread"));
    assertEquals(await answer(conn), "Hello, client");
  }
});

Deno.test({
  name:
    "shutdown() refuses new clients, finishes replies, and ends idle ones soon",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(echo);
  using idle = await connectTcp(server.addr);
  using busy = await connectTcp(server.addr);
  const sent = new Uint8Array(1_000_000).map((_, index) => index % 251);
  let received = 0;
  const reading = (async () => {
    for await (const chunk of readChunks(busy)) {
      for (const byte of chunk) assertEquals(byte, received++ % 251);
    }
  })();
  await writeAll(busy, sent);
  const start = performance.now();
  await server.shutdown();
  assert(performance.now() - start < 2500, "shut down in time");
  await reading;
  assertEquals(received, sent.length);
  assertEquals(await idle.read(new Uint8Array(1)), null);
  await assertRejects(
    () => connectTcp(server.addr),
    Deno.errors.ConnectionRefused,
  );
});

Deno.test({
  name: "shutdown() finishes a reply to a client that reads slowly",
  permissions: LOOPBACK,
}, async () => {
  const reply = new Uint8Array(16 << 20); // more than the system buffers
  await using server = serve(async (conn, session) => {
    for await (const _ of readChunks(conn, { session })) {
      await writeAll(conn, reply);
    }
  });
  using conn = await connectTcp(server.addr);
  await writeAll(conn, encode("go"));
  await conn.read(new Uint8Array(1)); // the reply has begun
  const stopped = server.shutdown();
  await new Promise((resolve) => setTimeout(resolve, 300));
  let received = 1;
  for await (const chunk of readChunks(conn)) received += chunk.length;
  assertEquals(received, reply.length);
  await stopped;
});

Deno.test({
  name: "shutdown() closes a handler that does not end by itself",
  permissions: LOOPBACK,
}, async () => {
  const server = serve(async (conn) => {
    while (await conn.read(new Uint8Array(10)) !== null);
  });
  using _conn = await connectTcp(server.addr);
  await server.shutdown();
  await server.finished;
});

Deno.test({
  name: "serveTcp() ends with its signal, also with one that has aborted",
  permissions: LOOPBACK,
}, async () => {
  for (const isEarly of [true, false]) {
    const controller = new AbortController();
    if (isEarly) controller.abort();
    const server = serveTcp({
      hostname: "127.0.0.1",
      port: 0,
      signal: controller.signal,
      onError: () => {},
    }, echo);
    controller.abort();
    await server.finished;
  }
});

Deno.test({
  name: "serveTcp() names the address that is in use",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(echo);
  const { port } = server.addr;
  const error = assertThrows(
    () => serveTcp({ ...server.addr, onError: () => {} }, echo),
    Deno.errors.AddrInUse,
  ) as Fault;
  assertEquals([error.syscall, error.address], ["listen", `127.0.0.1:${port}`]);
});

Deno.test({
  name:
    "serveTcp() and connectTcp() without the permission reject, and do not ask",
  permissions: { net: ["127.0.0.1:1"] },
}, async () => {
  const there = { hostname: "127.0.0.1", port: 2 };
  assertThrows(
    () => serveTcp({ ...there, onError: () => {} }, echo),
    Deno.errors.NotCapable,
    "--allow-net=127.0.0.1:2",
  );
  await assertRejects(
    () => connectTcp(there),
    Deno.errors.NotCapable,
    "--allow-net=127.0.0.1:2",
  );
});

Deno.test({
  name: "connectTcp() names the address that refuses",
  permissions: LOOPBACK,
}, async () => {
  const server = serve(echo);
  await server.shutdown();
  const error: Fault = await assertRejects(
    () => connectTcp(server.addr),
    Deno.errors.ConnectionRefused,
  );
  assertEquals(error.address, `127.0.0.1:${server.addr.port}`);
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
  const conns: Deno.TcpConn[] = [];
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
  name: "readChunks() reports a reset with the peer's address",
  permissions: LOOPBACK,
}, async () => {
  const server = serve(echo);
  await using _ = server;
  await reset(server, "data");
  assertEquals(await ask(server, "ok"), "ok");
  for (const error of server.errors as Fault[]) {
    assert(error instanceof Deno.errors.ConnectionReset, `${error}`);
    assert(error.address?.startsWith("127.0.0.1:"));
  }
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
  await using server = serve(async (conn, session) => {
    await writeAll(conn, encode("half an ans"));
    for await (const _ of readChunks(conn, { session }));
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
