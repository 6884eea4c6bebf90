import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connectTcp } from "../../lib/connect.ts";
import type { Connection } from "../../lib/connection.ts";
import { formatEndpoint } from "../../lib/endpoint.ts";
import type { Fault } from "../../lib/fault.ts";
import { readChunks, readToEnd, writeAll } from "../../lib/stream.ts";
import { serveTcp, type TcpServer } from "../../lib/tcp.ts";
import { connectAndReset } from "../faults/reset.ts";
import { echo, serve } from "../server.ts";

const LOOPBACK = { net: ["127.0.0.1"] };
const encode = (text: string) => new TextEncoder().encode(text);

async function answer(conn: Connection): Promise<string> {
  let text = "";
  await readToEnd(
    conn,
    5000,
    (bytes) => text = new TextDecoder().decode(bytes),
  );
  return text;
}

/** Works on each chunk: all clients together take longer than any pause of a stop. */
async function busyEcho(conn: Connection): Promise<void> {
  for await (const data of readChunks(conn)) {
    const end = performance.now() + 1;
    while (performance.now() < end);
    await writeAll(conn, data);
  }
}

async function ask(server: TcpServer, text: string): Promise<string> {
  using conn = await connectTcp(server.addr);
  await writeAll(conn, encode(text));
  await conn.closeWrite();
  return await answer(conn);
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
  await using server = serve(async (conn) => {
    for await (const chunk of readChunks(conn)) {
      if (chunk[0] === 33) throw new Error("a bug in a handler");
      await writeAll(conn, chunk);
    }
  });
  await connectAndReset(server.addr, { send: encode("x") });
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
    await Promise.all(
      Array.from({ length: 20 }, () => connectAndReset(server.addr)),
    );
  }
  assertEquals(await ask(server, "still here"), "still here");
});

Deno.test({
  name: "serveTcp() delivers the last bytes to a client that still sends",
  permissions: LOOPBACK,
}, async () => {
  await using short = serve((conn) => writeAll(conn, encode("Hello, client")));
  for (let round = 0; round < 20; round++) {
    using conn = await connectTcp(short.addr);
    await writeAll(conn, encode("unread"));
    assertEquals(await answer(conn), "Hello, client");
  }

  const reply = new Uint8Array(1 << 18); // more than a client gets at once
  const isSent = Promise.withResolvers<void>();
  await using server = serve(async (conn) => {
    await isSent.promise; // there is input, which is not read
    await writeAll(conn, reply);
  });
  using conn = await connectTcp(server.addr);
  await writeAll(conn, encode("unread"));
  isSent.resolve();
  let received = 0;
  for await (const chunk of readChunks(conn)) received += chunk.length;
  assertEquals(received, reply.length);
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
  await using server = serve(async (conn) => {
    for await (const _ of readChunks(conn)) {
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
  name: "shutdown() answers each of a crowd that waits for its turn",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(busyEcho);
  const clients = await Promise.all(
    Array.from({ length: 400 }, () => connectTcp(server.addr)),
  );
  const back = new Uint8Array(1);
  // The second round makes the crowd wait in the queue.
  for (const message of [encode("1"), encode("2")]) {
    await Promise.all(clients.map((conn) => writeAll(conn, message)));
    await Promise.all(clients.map((conn) => conn.read(back)));
  }
  await Promise.all(clients.map((conn) => writeAll(conn, encode("3"))));
  const stopped = server.shutdown();
  const answers = await Promise.all(clients.map(answer));
  assertEquals(answers.filter((text) => text === "3").length, clients.length);
  for (const conn of clients) conn.close();
  await stopped;
});

Deno.test({
  name: "shutdown() answers all of a message that takes several reads",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(busyEcho);
  const clients = await Promise.all(
    Array.from({ length: 100 }, () => connectTcp(server.addr)),
  );
  // Each is served by now, and not only in the queue of those to be accepted.
  await Promise.all(clients.map((conn) => writeAll(conn, encode("1"))));
  await Promise.all(clients.map((conn) => conn.read(new Uint8Array(1))));
  const message = "x".repeat(5000); // of several reads: a first buffer is small
  await Promise.all(clients.map((conn) => writeAll(conn, encode(message))));
  const stopped = server.shutdown();
  const answers = await Promise.all(clients.map(answer));
  assertEquals(
    answers.filter((text) => text === message).length,
    clients.length,
  );
  for (const conn of clients) conn.close();
  await stopped;
});

Deno.test({
  name: "shutdown() answers all of a message that is still on its way",
  permissions: LOOPBACK,
}, async () => {
  await using server = serve(async (conn) => {
    for await (const data of readChunks(conn)) {
      await new Promise((resolve) => setTimeout(resolve, 20)); // a slow terminal
      await writeAll(conn, data);
    }
  });
  using conn = await connectTcp(server.addr);
  let received = 0;
  const reading = (async () => {
    for await (const chunk of readChunks(conn)) received += chunk.length;
  })();
  const message = new Uint8Array(1_000_000); // more than the server's system holds
  await writeAll(conn, message);
  await server.shutdown();
  await reading;
  assertEquals(received, message.length);
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
  name: "shutdown() tells of each client that it closes, by its own address",
  permissions: LOOPBACK,
}, async () => {
  const told: string[] = [];
  const server = serveTcp({
    hostname: "127.0.0.1",
    port: 0,
    onError: (error) => told.push((error as Fault).address!),
  }, (conn) => writeAll(conn, new Uint8Array(16 << 20)));
  using one = await connectTcp(server.addr);
  using other = await connectTcp(server.addr);
  for (const conn of [one, other]) await conn.read(new Uint8Array(1));
  await server.shutdown();
  const peers = [one, other].map(({ localAddr }) => formatEndpoint(localAddr));
  assertEquals(told.sort(), peers.sort());
});

Deno.test({
  name: "serveTcp() holds the connections of few that it turns away",
  permissions: LOOPBACK,
}, async () => {
  const MOST = 1000; // that wait for their peers to close
  await using server = serveTcp({
    hostname: "127.0.0.1",
    port: 0,
    maxConnections: 1,
    onError: () => {},
  }, echo);
  using clients = new DisposableStack();
  const connect = async () => clients.use(await connectTcp(server.addr));
  await connect();
  for (let count = 0; count < MOST; count++) await connect();
  // It sees to nobody else for a second: this one finds it closed before that.
  const start = performance.now();
  const last = await connect();
  await assertRejects(async () => {
    while (true) await last.write(new Uint8Array(1));
  }, Error);
  assert(performance.now() - start < 900, "it does not wait for its peer");
});

Deno.test({
  name: "serveTcp() has a place for who comes when another has just closed",
  permissions: LOOPBACK,
}, async () => {
  const told: string[] = [];
  await using server = serveTcp({
    hostname: "127.0.0.1",
    port: 0,
    maxConnections: 1,
    onError: (error) => told.push(String(error)),
  }, echo);
  for (let count = 0; count < 100; count++) {
    using conn = await connectTcp(server.addr);
    await writeAll(conn, encode("in"));
    assertEquals(await conn.read(new Uint8Array(9)), 2, `client ${count}`);
  }
  assertEquals(told, []);
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
  name: "serveTcp() ends with what onError throws, and closes all clients",
  permissions: LOOPBACK,
}, async () => {
  const failure = new Error("nothing can be told");
  await using server = serveTcp({
    hostname: "127.0.0.1",
    port: 0,
    onError: (error) => {
      assertEquals(error, "not this client");
      throw failure;
    },
  }, async (conn) => {
    for await (const _ of readChunks(conn)) throw "not this client";
  });
  using other = await connectTcp(server.addr);
  using conn = await connectTcp(server.addr);
  await writeAll(conn, encode("x"));
  assertEquals(await assertRejects(() => server.finished, Error), failure);
  assertEquals(await other.read(new Uint8Array(1)), null);
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
  name: "serveTcp() without the permission throws, and does not ask",
  permissions: { net: ["127.0.0.1:1"] },
}, () => {
  assertThrows(
    () => serveTcp({ hostname: "127.0.0.1", port: 2, onError: () => {} }, echo),
    Deno.errors.NotCapable,
    "--allow-net=127.0.0.1:2",
  );
});
