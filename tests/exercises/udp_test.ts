import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercise, payload, ping } from "../../exercises/udp_client.ts";
import { RoundTrips } from "../../lib/round_trips.ts";
import { bindUdp, type UdpSocket } from "../../lib/udp.ts";
import { run, serve } from "../child.ts";

const CHILDREN = { run: [Deno.execPath()], net: ["127.0.0.1"] };
const LOOPBACK = { net: ["127.0.0.1"] };
const bind = () => bindUdp({ hostname: "127.0.0.1", port: 0 });

Deno.test({
  name: "udp_server and udp_client exchange every datagram",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("udp_server");
  const { code, stdout, stderr } = await run("udp_client", [
    "--port",
    `${server.port}`,
    "--count",
    "3",
  ]);
  assertEquals([code, stderr], [0, ""]);
  const lines = stdout.trim().split("\n");
  assertEquals(lines.length, 6);
  assertEquals(
    lines[0],
    `Sending 3 datagrams to 127.0.0.1 port ${server.port}`,
  );
  assertMatch(lines[1], /^Reply 1: 35 bytes in \d+\.\d\d ms$/);
  assertEquals(
    lines[4],
    "3 sent, 3 received, 0 lost (0%), 0 duplicated, 0 out of order",
  );
  assertMatch(
    lines[5],
    /^round trip minimum\/average\/maximum = [\d.]+\/[\d.]+\/[\d.]+ ms$/,
  );
  server.kill("SIGINT");
  const ours = await server.result;
  assertEquals([ours.code, ours.stderr], [0, ""]);
  assertMatch(
    ours.stdout,
    /Data: b'1 Test message: SDN course examples'\nsent 35 bytes back to \('127\.0\.0\.1', \d+\)\n/,
  );
});

Deno.test({
  name: "udp_server returns the largest payload whole",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("udp_server", ["--quiet"]);
  const { code, stdout } = await run("udp_client", [
    ...["--port", `${server.port}`, "--count", "2", "--size", "65507"],
  ]);
  assertEquals(code, 0);
  assertMatch(stdout, /Reply 2: 65507 bytes/);
});

Deno.test({
  name:
    "udp_server lets no datagram be overtaken that overtakes one, as its help says",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("udp_server", ["--reorder", "1"]);
  using socket = bind();
  const back: number[] = [];
  for (let number = 1; number <= 6; number++) {
    const to = { hostname: "127.0.0.1", port: server.port };
    await socket.send(Uint8Array.of(number), to);
  }
  while (back.length < 6) back.push((await socket.receive(5000))!.data[0]);
  assertEquals(back, [2, 1, 4, 3, 6, 5]);
  const { stdout } = await run("udp_server", ["--help"]);
  assertMatch(stdout.replace(/\s+/g, " "), /, unless it overtakes one itself/);
});

Deno.test({
  name: "udp_server doubles also what it has held back",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("udp_server", [
    ...["--reorder", "1", "--duplicate", "1"],
  ]);
  const to = { hostname: "127.0.0.1", port: server.port };
  using socket = bindUdp({ hostname: "127.0.0.1", port: 0 });
  await socket.send(new Uint8Array([1]), to);
  await socket.send(new Uint8Array([2]), to);
  const order: (number | undefined)[] = [];
  for (let count = 0; count < 4; count++) {
    order.push((await socket.receive(10_000))?.data[0]);
  }
  assertEquals(order, [2, 2, 1, 1]);
  await socket.send(new Uint8Array([3]), to);
  await server.line(/^Data: b'\\x03'$/);
  server.kill("SIGINT");
  const { code, stdout } = await server.result;
  assertEquals(code, 0);
  assertMatch(stdout, /\nheld back\ndropped\n$/);
});

Deno.test({
  name: "udp_client refuses a payload that is too long, with the limit",
  permissions: CHILDREN,
}, async () => {
  const { code, stderr } = await run("udp_client", ["--size", "65508"]);
  assertEquals(code, 65);
  assertMatch(stderr, /the largest payload is 65507 bytes/);
});

Deno.test({
  name:
    "udp_server drops, doubles and reorders, the same seed giving the same run",
  permissions: CHILDREN,
}, async () => {
  const faults = ["--drop", "0.3", "--duplicate", "0.3", "--reorder", "0.2"];
  const round = async (seed: string) => {
    await using server = await serve("udp_server", [...faults, "--seed", seed]);
    const { stdout } = await run("udp_client", [
      ...["--port", `${server.port}`, "--count", "12", "--seconds", "0.1"],
    ]);
    // Without the round trips, which differ from run to run.
    return stdout.split("\n").slice(1, -2).map((line) =>
      line.replace(/ in .* ms/, "")
    );
  };
  const [one, again, other] = [
    await round("5"),
    await round("5"),
    await round("6"),
  ];
  assertEquals(one, again);
  assert(one.join() !== other.join());
  assertMatch(one.at(-1)!, /^12 sent, \d+ received, [1-9]/);
});

Deno.test({
  name: "udp_server and udp_client lose the datagram that their examples show",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("udp_server", [
    ...["--drop", "0.2", "--seed", "3"],
  ]);
  const { stdout } = await run("udp_client", [
    ...["--port", `${server.port}`, "--count", "3", "--seconds", "0.5"],
  ]);
  const shape = (text: string) =>
    text.trim().split("\n").map((line) => line.replace(/[\d.]+( m?s|\/)/g, ""));
  const [, shown] = exercise.example.split(/^terminal 2.*\n/m);
  assertEquals(shape(stdout).slice(1), shape(shown).slice(1));
});

Deno.test({
  name: "udp_client ends with 75 where nobody answers",
  permissions: CHILDREN,
}, async () => {
  using silent = bind();
  const { code, stdout, stderr } = await run("udp_client", [
    ...["--port", `${silent.addr.port}`, "--count", "2", "--seconds", "0.1"],
  ]);
  assertEquals(code, 75);
  assertMatch(stdout, /2 sent, 0 received, 2 lost \(100%\)/);
  assertMatch(stderr, /no reply within 0\.1 s\nhint: start udp_server first/);
});

/** Runs `ping` against a server that does what `answer` says. */
async function pingAgainst(
  count: number,
  answer: (
    server: UdpSocket,
    data: Uint8Array<ArrayBuffer>,
    client: Deno.NetAddr,
    number: number,
  ) => Promise<void>,
  client = bind(),
) {
  using _client = client;
  using server = bind();
  const log: string[] = [];
  const answering = (async () => {
    for (let number = 1;; number++) {
      const datagram = await server.receive();
      if (!datagram) return;
      await answer(server, datagram.data.slice(), datagram.from, number);
    }
  })();
  const trips = new RoundTrips();
  await ping(
    client,
    server.addr,
    { count, make: (number) => payload(number, "text"), waitMs: 100 },
    trips,
    (line) => log.push(line),
  );
  server.close();
  await answering;
  return { log, text: trips.summary()[0] };
}

Deno.test({
  name: "ping() takes the time from before a datagram is sent",
  permissions: LOOPBACK,
}, async () => {
  const client = bind();
  const send = client.send.bind(client);
  client.send = async (data, to) => {
    await send(data, to);
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const { log } = await pingAgainst(
    1,
    (server, data, from) => server.send(data, from),
    client,
  );
  const [, ms] = /^Reply 1: 6 bytes in ([\d.]+) ms$/.exec(log[0]) ?? [];
  assert(Number(ms) >= 19, log[0]);
});

Deno.test({
  name: "ping() takes a reply from elsewhere, or of other bytes, for none",
  permissions: LOOPBACK,
}, async () => {
  using elsewhere = bind();
  const { text, log } = await pingAgainst(
    3,
    async (server, data, client, n) => {
      if (n === 1) await elsewhere.send(data, client);
      if (n === 2) await server.send(data.fill(50), client);
      if (n === 3) await server.send(data, client);
    },
  );
  assertEquals(
    text,
    "3 sent, 1 received, 2 lost (67%), 0 duplicated, 0 out of order",
  );
  assertMatch(log[0], /^Ignored 6 bytes of .*, which is not the server$/);
});

Deno.test({
  name:
    "ping() counts doubled and overtaken replies, and takes a late one for what it is",
  permissions: LOOPBACK,
}, async () => {
  let held: Uint8Array | undefined;
  const { text, log } = await pingAgainst(
    4,
    async (server, data, client, n) => {
      if (n === 1) held = data;
      else {
        await server.send(data, client);
        if (n === 2) await server.send(held!, client);
        if (n === 4) await server.send(data, client);
      }
    },
  );
  assertEquals(
    text,
    "4 sent, 4 received, 0 lost (0%), 1 duplicated, 1 out of order",
  );
  assertEquals(log[0], "No reply 1 within 0.1 s");
});
