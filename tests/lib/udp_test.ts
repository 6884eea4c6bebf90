import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  bindUdp,
  isAnswerable,
  LoopGuard,
  MAX_UDP_PAYLOAD,
} from "../../lib/udp.ts";

const LOOPBACK = { net: ["127.0.0.1"] };
const bind = () => bindUdp({ hostname: "127.0.0.1", port: 0 });

Deno.test({
  name: "UdpSocket carries datagrams whole, from none to the largest payload",
  permissions: LOOPBACK,
}, async () => {
  using here = bind();
  using there = bind();
  for (const size of [0, 1, 1472, MAX_UDP_PAYLOAD]) {
    const sent = new Uint8Array(size).map((_, index) => index % 251);
    await here.send(sent, there.addr);
    const datagram = await there.receive();
    assertEquals(datagram?.data, sent);
    assertEquals(datagram?.from.port, here.addr.port);
  }
});

Deno.test({
  name: "send() refuses a payload that is too long, and names the limit",
  permissions: LOOPBACK,
}, async () => {
  using socket = bind();
  await assertRejects(
    () => socket.send(new Uint8Array(MAX_UDP_PAYLOAD + 1), socket.addr),
    RangeError,
    "65507",
  );
});

Deno.test({
  name: "receive() gives undefined after its time, and loses no datagram by it",
  permissions: LOOPBACK,
}, async () => {
  using here = bind();
  using there = bind();
  for (let round = 0; round < 5; round++) {
    assertEquals(await there.receive(5), undefined);
  }
  for (let number = 0; number < 5; number++) {
    await here.send(new Uint8Array([number]), there.addr);
    assertEquals((await there.receive(5000))?.data, new Uint8Array([number]));
  }
});

Deno.test({
  name: "close() ends a pending receive() with undefined",
  permissions: LOOPBACK,
}, async () => {
  const socket = bind();
  const pending = socket.receive();
  socket.close();
  assertEquals(await pending, undefined);
  assertEquals(await socket.receive(), undefined);
  socket.close();
});

Deno.test({
  name: "bindUdp() and send() without the permission throw, and do not ask",
  permissions: { net: ["127.0.0.1:0"] },
}, async () => {
  assertThrows(
    () => bindUdp({ hostname: "127.0.0.1", port: 1 }),
    Deno.errors.NotCapable,
  );
  using socket = bind();
  await assertRejects(
    () => socket.send(new Uint8Array(1), { hostname: "127.0.0.1", port: 1 }),
    Deno.errors.NotCapable,
  );
});

Deno.test({
  name: "bindUdp() names the address that is in use",
  permissions: LOOPBACK,
}, () => {
  using socket = bind();
  assertThrows(() => bindUdp(socket.addr), Deno.errors.AddrInUse);
});

Deno.test({
  name: "isAnswerable() refuses senders that an answer would harm",
  permissions: "none",
}, () => {
  const own = { hostname: "127.0.0.1", port: 9901 };
  const may = (hostname: string, port: number) =>
    isAnswerable({ hostname, port }, own);
  assert(may("127.0.0.1", 50000));
  assert(may("192.168.0.7", 1024));
  assert(may("fe80::1", 50000));
  assert(!may("127.0.0.1", 9901), "itself");
  assert(!may("192.168.0.7", 9901), "another server of its kind");
  assert(!may("192.168.0.7", 7), "another echo service");
  assert(!may("192.168.0.7", 1023), "a system port");
  assert(!may("255.255.255.255", 50000), "broadcast");
  assert(!may("192.168.0.255", 50000), "a subnet's broadcast");
  assert(!may("224.0.0.251", 50000), "multicast");
  assert(!may("ff02::1", 50000), "IPv6 multicast");
  assert(!may("0.0.0.0", 50000), "no host");
});

Deno.test({
  name:
    "LoopGuard ends the loop of two echo servers, and lets numbered datagrams be",
  permissions: LOOPBACK,
}, async () => {
  using one = bind();
  using two = bind();
  const echo = async (socket: typeof one) => {
    const guard = new LoopGuard();
    let count = 0;
    let datagram = await socket.receive(300);
    while (datagram) {
      count++;
      if (!guard.isLoop(datagram)) {
        await socket.send(datagram.data, datagram.from);
      }
      datagram = await socket.receive(300);
    }
    return count;
  };
  await one.send(new Uint8Array([1]), two.addr); // as if `one` had been asked
  const [here, there] = await Promise.all([echo(one), echo(two)]);
  assert(here <= 2000 && there <= 2000, `${here} and ${there}`);

  const guard = new LoopGuard();
  for (let number = 0; number < 10_000; number++) {
    const data = new TextEncoder().encode(`${number} ping`);
    assert(!guard.isLoop({ data, from: one.addr }));
  }
});
