import { Buffer } from "node:buffer";
import { assertEquals, assertRejects } from "@std/assert";
import dnsPacket from "../../lib/dns_packet.ts";
import { queryIpv4 } from "../../lib/resolver.ts";
import { bindUdp } from "../../lib/udp.ts";

const LOOPBACK = { net: ["127.0.0.1"] };
const NAME = "pc7.lab.test";

const bind = () => bindUdp({ hostname: "127.0.0.1", port: 0 });

/** The answer to a query: the name's address. */
function answer(query: Uint8Array, address: string): Uint8Array {
  const { id, questions } = dnsPacket.decode(Buffer.from(query));
  return dnsPacket.encode({
    type: "response",
    id,
    questions,
    answers: [{ name: questions[0].name, type: "A", data: address }],
  });
}

Deno.test({
  name: "queryIpv4() believes nobody but the name server that it asked",
  permissions: LOOPBACK,
}, async () => {
  using server = bind();
  using forger = bind();
  const found = queryIpv4(NAME, server.addr, AbortSignal.timeout(10_000));
  const { data, from } = (await server.receive())!;
  // As good as the true one, but for where it comes from.
  await forger.send(answer(data, "192.0.2.66"), from);
  await server.send(answer(data, "192.0.2.7"), from);
  assertEquals(await found, ["192.0.2.7"]);
});

Deno.test({
  name:
    "queryIpv4() asks again when its query was lost, and still takes the answer to the first",
  permissions: LOOPBACK,
}, async () => {
  using server = bind();
  const found = queryIpv4(NAME, server.addr, AbortSignal.timeout(20_000));
  const first = (await server.receive())!.data.slice();
  const { data, from } = (await server.receive())!;
  assertEquals(data, first);
  await server.send(answer(first, "192.0.2.7"), from);
  assertEquals(await found, ["192.0.2.7"]);
});

Deno.test({
  name: "queryIpv4() ends with its signal",
  permissions: LOOPBACK,
}, async () => {
  using silent = bind();
  const signal = AbortSignal.timeout(100);
  const error = await assertRejects(
    () => queryIpv4(NAME, silent.addr, signal),
    DOMException,
  );
  assertEquals(error, signal.reason);
});
