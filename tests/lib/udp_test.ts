import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { bindUdp, MAX_UDP_PAYLOAD, MAX_UDP_PAYLOAD_V6 } from "../../lib/udp.ts";
import { hasIpv6 } from "../interop/peer.ts";

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
  name:
    "UdpSocket carries the larger payload of IPv6 whole, and refuses a longer one",
  ignore: !hasIpv6(),
  permissions: { net: ["[::1]"] },
}, async () => {
  using here = bindUdp({ hostname: "::1", port: 0 });
  using there = bindUdp({ hostname: "::1", port: 0 });
  const sent = new Uint8Array(MAX_UDP_PAYLOAD_V6).fill(7);
  await here.send(sent, there.addr);
  assertEquals((await there.receive())?.data, sent);
  await assertRejects(
    () => here.send(new Uint8Array(MAX_UDP_PAYLOAD_V6 + 1), there.addr),
    RangeError,
    "65527",
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
  // Also one that comes while nobody waits.
  assertEquals(await there.receive(5), undefined);
  await here.send(new Uint8Array([5]), there.addr);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals((await there.receive(5000))?.data, new Uint8Array([5]));
});

Deno.test({
  name:
    "bindUdp() closes the socket with its signal, also with one that has aborted",
  permissions: LOOPBACK,
}, async () => {
  const controller = new AbortController();
  const options = { hostname: "127.0.0.1", port: 0, signal: controller.signal };
  const socket = bindUdp(options);
  const pending = socket.receive();
  controller.abort();
  assertEquals(await pending, undefined);
  assertEquals(await bindUdp(options).receive(), undefined);
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
