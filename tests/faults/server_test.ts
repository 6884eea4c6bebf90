import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { connectTcp } from "../../lib/connect.ts";
import type { Connection } from "../../lib/connection.ts";
import { readChunks, writeAll } from "../../lib/stream.ts";
import { serveTcp } from "../../lib/tcp.ts";
import { Child, commandOf, serve, start } from "../child.ts";
import { until } from "../until.ts";
import { look } from "../soak/process.ts";
import { connectAndReset } from "./reset.ts";

const LOOPBACK = { net: ["127.0.0.1"] };
const CHILDREN = { ...LOOPBACK, run: [Deno.execPath(), "sh"] };
const encode = (text: string) => new TextEncoder().encode(text);

/** Sends `sent` over a connection, and returns as many bytes that come back. */
async function exchange(
  conn: Connection,
  sent: Uint8Array,
): Promise<Uint8Array> {
  const writing = writeAll(conn, sent);
  const back = new Uint8Array(sent.length);
  let received = 0;
  for await (const chunk of readChunks(conn, { idleMs: 10_000 })) {
    back.set(chunk, received);
    received += chunk.length;
    if (received === sent.length) break;
  }
  await writing;
  return back.subarray(0, received);
}

/** Whether a new client is served. */
async function isServed(port: number): Promise<boolean> {
  using conn = await connectTcp({ hostname: "127.0.0.1", port });
  const [back] = await exchange(conn, encode("!"));
  return back === 33;
}

/**
 * Sends and does not read, so that the server cannot finish the reply; the promise
 * that is in the result settles when the server has closed the connection.
 */
async function clog(
  conn: Connection,
  port: number,
): Promise<{ refused: Promise<Error> }> {
  const refused = assertRejects(
    () => writeAll(conn, new Uint8Array(1 << 26)),
    Error,
  );
  await until(() => isServed(port), "the server serves");
  return { refused };
}

Deno.test({
  name:
    "echo_server survives 10,000 clients that reset before they are accepted",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("echo_server", ["--quiet"]);
  const there = { hostname: "127.0.0.1", port: server.port };
  for (let round = 0; round < 25; round++) {
    // While it is stopped, the system alone takes the connections.
    server.kill("SIGSTOP");
    await Promise.all(
      Array.from({ length: 400 }, () => connectAndReset(there)),
    );
    server.kill("SIGCONT");
    assert(await isServed(server.port));
  }
  server.kill("SIGTERM");
  const { code, stderr } = await server.result;
  assertEquals(code, 0);
  assertEquals(stderr, "", "a client that was never there is no news");
});

Deno.test({
  name: "echo_server tells of a reset once, and serves the others meanwhile",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("echo_server", ["--quiet"]);
  const there = { hostname: "127.0.0.1", port: server.port };
  using other = await connectTcp(there);
  const message = encode("still here");
  // What is sent back fills all buffers: the reset hits a write, not a read.
  await connectAndReset(there, {
    send: new Uint8Array(1 << 24),
    awaitsReply: true,
  });
  assertEquals(await exchange(other, message), message);
  await server.line(/reset the connection/);
  server.kill("SIGTERM");
  const { stderr } = await server.result;
  assertEquals(stderr.trim().split("\n").length, 1, stderr);
});

Deno.test({
  name: "echo_server takes no more from a client that does not read",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("echo_server", ["--quiet"]);
  assert(await isServed(server.port));
  const before = await look(server.pid);
  using conn = await connectTcp({ hostname: "127.0.0.1", port: server.port });
  let sent = 0;
  const piece = new Uint8Array(1 << 20);
  await assertRejects(
    async () => {
      for (; sent < 256 << 20; sent += piece.length) {
        await writeAll(conn, piece, { timeoutMs: 500 });
      }
    },
    DOMException,
    "the peer read nothing for 0.5 s",
  );
  assert(await isServed(server.port));
  const after = await look(server.pid);
  if (before && after) {
    const grown = after.resident - before.resident;
    assert(grown < 16 << 20, `${grown} bytes for ${sent} that were sent`);
  }
});

Deno.test({
  name: "writeAll() closes the connection of a client that does not read",
  permissions: LOOPBACK,
}, async () => {
  const failed = Promise.withResolvers<unknown>();
  await using server = serveTcp({
    hostname: "127.0.0.1",
    port: 0,
    onError: failed.resolve,
  }, (conn) => writeAll(conn, new Uint8Array(1 << 25), { timeoutMs: 200 }));
  using conn = await connectTcp(server.addr);
  const error = await failed.promise;
  assert(error instanceof DOMException && error.name === "TimeoutError");
  // What was on its way still comes; then the connection ends.
  let received = 0;
  for await (const chunk of readChunks(conn, { idleMs: 5000 })) {
    received += chunk.length;
  }
  assert(received < 1 << 25);
});

Deno.test({
  name: "writeAll() waits for a slow reader, as long as it reads at all",
  permissions: LOOPBACK,
}, async () => {
  const errors: unknown[] = [];
  await using server = serveTcp({
    hostname: "127.0.0.1",
    port: 0,
    onError: (error) => errors.push(error),
  }, (conn) => writeAll(conn, new Uint8Array(1 << 25), { timeoutMs: 1000 }));
  using conn = await connectTcp(server.addr);
  let received = 0;
  for await (const chunk of readChunks(conn)) {
    received += chunk.length;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals([received, errors], [1 << 25, []]);
});

Deno.test({
  name:
    "message_server closes a line without an end at its limit, not at 256 MiB",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("message_server", ["--keep"]);
  const before = await look(server.pid);
  using conn = await connectTcp({ hostname: "127.0.0.1", port: server.port });
  await assertRejects(async () => {
    for (let sent = 0; sent < 256; sent++) {
      await writeAll(conn, new Uint8Array(1 << 20).fill(120));
    }
  }, Error);
  await server.line(/a line is longer than 65536 bytes/);
  const after = await look(server.pid);
  if (before && after) {
    assert(after.resident - before.resident < 16 << 20);
  }
});

const DRIPPED: [id: string, args: string[], good: RegExp, told: RegExp][] = [
  [
    "message_server",
    ["--keep"],
    /^from connected user: here I am$/,
    /no line came from .* for 1 s/,
  ],
  [
    "welcome_server",
    [],
    /^the data is b'here I am\\n'$/,
    /the client did not close for 1 s/,
  ],
];

for (const [id, args, served, told] of DRIPPED) {
  Deno.test({
    name: `${id} closes 500 clients that drip, and serves a good one at once`,
    permissions: CHILDREN,
  }, async () => {
    await using server = await serve(id, [...args, "--idle", "1"]);
    const there = { hostname: "127.0.0.1", port: server.port };
    const drips = await Promise.all(
      Array.from({ length: 500 }, () => connectTcp(there)),
    );
    const dripping = drips.map(async (conn) => {
      try {
        while (true) {
          await writeAll(conn, encode("."));
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
      } catch {
        // The server has closed it: what this test waits for.
      } finally {
        conn.close();
      }
    });
    using good = await connectTcp(there);
    await writeAll(good, encode("here I am\n"));
    const start = performance.now();
    await server.line(served);
    assert(performance.now() - start < 1000, "the good one is served in 1 s");
    await Promise.all(dripping);
    await server.line(told);
  });
}

Deno.test({
  name: "echo_server closes those above its limit, and a slot is free at once",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("echo_server", [
    ...["--quiet", "--max-connections", "3"],
  ]);
  const there = { hostname: "127.0.0.1", port: server.port };
  for (let round = 0; round < 5; round++) {
    const conns: Connection[] = [];
    for (let count = 0; count < 3; count++) {
      const conn = await connectTcp(there);
      conns.push(conn);
      assertEquals(await exchange(conn, encode("in")), encode("in"));
    }
    // Politely: an end of file, not a reset, though something was sent.
    using extra = await connectTcp(there);
    await writeAll(extra, encode("me too"));
    assertEquals(await extra.read(new Uint8Array(9)), null);
    for (const conn of conns) {
      await conn.closeWrite();
      assertEquals(await conn.read(new Uint8Array(9)), null);
      conn.close();
    }
  }
  server.kill("SIGTERM");
  const { stderr } = await server.result;
  assertEquals(stderr.match(/no more than 3 clients/g)?.length, 5, stderr);
});

Deno.test({
  name: "echo_server pauses at a full table of descriptors, and recovers",
  permissions: CHILDREN,
}, async () => {
  await using server = new Child("sh", [
    ...["-c", 'ulimit -n 48; exec "$@"', "sh"],
    ...commandOf("echo_server", ["--quiet", "--port", "0"]),
  ]);
  const port = Number((await server.line(/ port \d+/)).match(/\d+$/));
  const there = { hostname: "127.0.0.1", port };
  const conns = await Promise.all(
    Array.from({ length: 100 }, () => connectTcp(there)),
  );
  await server.line(/the system is at its limit: Too many open files/);
  assertEquals(await exchange(conns[0], encode("one")), encode("one"));
  // So long that it fails to accept one more than ten times.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  for (const conn of conns) conn.close();
  await until(() => isServed(port).catch(() => false), "it serves again");
  server.kill("SIGTERM");
  const { code, stderr } = await server.result;
  assertEquals(code, 0);
  assert(stderr.match(/Too many open files/g)!.length < 10, "told rarely");
});

Deno.test({
  name: "echo_server finishes replies at SIGINT under load, and ends in time",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("echo_server", ["--quiet"]);
  const there = { hostname: "127.0.0.1", port: server.port };
  const message = encode(
    "sixty-four bytes that must come back whole, or not at all: ....",
  );
  let isAsked = false;
  const clients = Array.from({ length: 50 }, async () => {
    using conn = await connectTcp(there);
    let rounds = 0;
    while (true) {
      const back = await exchange(conn, message).catch(() => undefined);
      // Cut off between two messages: nothing of the next one came.
      if (!back || back.length === 0) return rounds;
      assertEquals(back, message);
      if (++rounds === 20 && !isAsked) {
        isAsked = true;
        server.kill("SIGINT");
      }
    }
  });
  assert((await Promise.all(clients)).every((rounds) => rounds > 0));
  const start = performance.now();
  assertEquals((await server.result).code, 0);
  assert(performance.now() - start < 4000, "ended within its 2 s");
});

Deno.test({
  name: "echo_server answers what came while it was held up in its stop",
  permissions: CHILDREN,
  ignore: Deno.build.os === "windows", // no process is stopped there
}, async () => {
  await using server = await serve("echo_server", ["--quiet"]);
  const there = { hostname: "127.0.0.1", port: server.port };
  const conns = await Promise.all(
    Array.from({ length: 10 }, () => connectTcp(there)),
  );
  for (const conn of conns) await exchange(conn, encode("one"));
  server.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 30));
  server.kill("SIGSTOP");
  const message = encode("two");
  for (const conn of conns) await writeAll(conn, message);
  await new Promise((resolve) => setTimeout(resolve, 150));
  server.kill("SIGCONT");
  for (const conn of conns) {
    let received = "";
    for await (const chunk of readChunks(conn, { idleMs: 10_000 })) {
      received += new TextDecoder().decode(chunk);
    }
    assertEquals(received, "two");
    conn.close();
  }
  assertEquals((await server.result).code, 0);
});

Deno.test({
  name:
    "echo_server and echo_client take what came in time while they were stopped, as by Ctrl+Z",
  permissions: CHILDREN,
  ignore: Deno.build.os === "windows", // no process is stopped there
}, async () => {
  await using server = await serve("echo_server", ["--quiet", "--idle", "1"]);
  using conn = await connectTcp({ hostname: "127.0.0.1", port: server.port });
  await exchange(conn, encode("one"));
  server.kill("SIGSTOP");
  await writeAll(conn, encode("two"));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  server.kill("SIGCONT");
  const back = new Uint8Array(3);
  for await (const chunk of readChunks(conn, { idleMs: 10_000 })) {
    back.set(chunk);
    break;
  }
  assertEquals(back, encode("two"));

  const asked = Promise.withResolvers<Connection>();
  const over = Promise.withResolvers<void>();
  await using slow = serveTcp(
    { hostname: "127.0.0.1", port: 0, onError: () => {} },
    (conn) => (asked.resolve(conn), over.promise),
  );
  await using client = start("echo_client", [
    ...["two", "--port", `${slow.addr.port}`, "--timeout", "1"],
  ]);
  await client.line(/^Sending/);
  client.kill("SIGSTOP");
  await writeAll(await asked.promise, encode("two"));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  client.kill("SIGCONT");
  const { code, stderr } = await client.result;
  over.resolve();
  assertEquals([code, stderr], [0, ""]);
});

Deno.test({
  name: "echo_server goes on behind nohup when a terminal is closed",
  permissions: CHILDREN,
  ignore: Deno.build.os === "windows",
}, async () => {
  await using server = new Child("sh", [
    ...["-c", 'trap "" HUP; exec "$@"', "sh"],
    ...commandOf("echo_server", ["--port", "0"]),
  ]);
  const port = Number((await server.line(/ port \d+$/)).split(" ").at(-1));
  await server.line(/^Waiting/);
  server.kill("SIGHUP");
  assert(await isServed(port));
  server.kill("SIGTERM");
  assertEquals((await server.result).code, 0);
});

Deno.test({
  name: "echo_server ends at once at a second SIGINT",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("echo_server", ["--quiet"]);
  using stuck = await connectTcp({ hostname: "127.0.0.1", port: server.port });
  const { refused } = await clog(stuck, server.port);
  server.kill("SIGINT");
  await until(
    () =>
      connectTcp({ hostname: "127.0.0.1", port: server.port })
        .then((conn) => (conn.close(), false), () => true),
    "it listens no more",
  );
  server.kill("SIGINT");
  assertEquals((await server.result).code, 130);
  await refused;
});

Deno.test({
  name: "echo_server that stops says why it closes a client that does not read",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("echo_server", ["--quiet"]);
  using stuck = await connectTcp({ hostname: "127.0.0.1", port: server.port });
  const { refused } = await clog(stuck, server.port);
  server.kill("SIGINT");
  const { code, stderr } = await server.result;
  assertEquals(code, 0);
  assertMatch(
    stderr,
    /^\s*echo_server: 127\.0\.0\.1:\d+: the server has stopped\n$/,
  );
  await refused;
});

Deno.test({
  name: "echo_server answers what it has read, also when it is asked to stop",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("echo_server", ["--quiet"]);
  const there = { hostname: "127.0.0.1", port: server.port };
  const clients = Array.from({ length: 50 }, async () => {
    using conn = await connectTcp(there);
    const ball = encode("ping, pong, ping, pong");
    // Until its end: either nothing of the ball comes back, or all of it.
    const buffer = new Uint8Array(64);
    while (true) {
      try {
        await conn.write(ball);
      } catch {
        return; // It was told before that it ends.
      }
      let count = 0;
      while (count < ball.length) {
        const length = await conn.read(buffer).catch(() => null);
        if (length === null) return assertEquals(count, 0);
        count += length;
      }
    }
  });
  await until(() => isServed(server.port), "the server serves");
  server.kill("SIGINT");
  await Promise.all(clients);
  const { code, stderr } = await server.result;
  assertEquals([code, stderr.trim()], [0, ""]);
});

Deno.test({
  name: "message_server hears all and stops in time while a client floods it",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("message_server");
  const there = { hostname: "127.0.0.1", port: server.port };
  using flood = await connectTcp(there);
  const flooding = (async () => {
    const lines = encode("hello there\n".repeat(5000));
    while (true) await writeAll(flood, lines);
  })().catch(() => {}); // until the server ends
  using good = await connectTcp(there);
  await writeAll(good, encode("me too\n"));
  await server.line(/^from connected user: me too$/);
  server.kill("SIGINT");
  assertEquals((await server.result).code, 0);
  await flooding;
});

Deno.test({
  name: "message_server gives up a client that does not read, and says so",
  permissions: CHILDREN,
}, async () => {
  // More lines than the buffers between the two hold.
  const input = `${"x".repeat(60_000)}\n`.repeat(300);
  await using server = await serve("message_server", [], { input });
  using _stuck = await connectTcp({
    hostname: "127.0.0.1",
    port: server.port,
  });
  await server.line(/^message_server: .*: the peer read nothing for 5 s$/);
});

Deno.test({
  name:
    "echo_server has as many descriptors as at its start when all have left",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("echo_server", ["--quiet"]);
  const there = { hostname: "127.0.0.1", port: server.port };
  const before = await look(server.pid);
  const conns = await Promise.all(
    Array.from({ length: 200 }, () => connectTcp(there)),
  );
  await Promise.all(conns.map((conn) => exchange(conn, encode("x"))));
  await Promise.all(
    Array.from({ length: 100 }, () => connectAndReset(there)),
  );
  for (const conn of conns) conn.close();
  await until(
    async () => (await look(server.pid))?.descriptors === before?.descriptors,
    "the descriptors are closed",
  );
});
