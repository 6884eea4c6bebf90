import { assert, assertEquals, assertRejects } from "@std/assert";
import { serveNames } from "../../lib/demo/name_server.ts";
import { lookupHost } from "../../lib/dns.ts";
import type { Fault } from "../../lib/fault.ts";
import { bindUdp } from "../../lib/udp.ts";

const LOOPBACK = { net: ["127.0.0.1"] };
const NAMES = new Map([["www.lab.test", "192.0.2.7"]]);

Deno.test({
  name: "lookupHost() gives back an address, without asking anybody",
  permissions: "none",
}, async () => {
  assertEquals(await lookupHost("192.168.0.1"), ["192.168.0.1"]);
});

Deno.test({
  name: "lookupHost() finds a name of the hosts file",
  permissions: { net: ["localhost"] },
}, async () => {
  assert((await lookupHost("localhost")).includes("127.0.0.1"));
});

Deno.test({
  name: "lookupHost() asks the name server that is named",
  permissions: LOOPBACK,
}, async () => {
  await using server = serveNames(NAMES);
  assertEquals(await lookupHost("www.lab.test", { nameServer: server.addr }), [
    "192.0.2.7",
  ]);
});

Deno.test({
  name: "lookupHost() says what a name server's no means",
  permissions: LOOPBACK,
}, async () => {
  await using server = serveNames(NAMES);
  const error: Fault = await assertRejects(
    () => lookupHost("no.lab.test", { nameServer: server.addr }),
    Deno.errors.NotFound,
    "there is no such name (NXDOMAIN)",
  );
  assertEquals([error.syscall, error.address], ["lookup", "no.lab.test"]);
});

Deno.test({
  name:
    "lookupHost() waits for a slow name server, longer than Deno does with a signal",
  permissions: LOOPBACK,
}, async () => {
  // Answers after 2.5 s, and only the first query: a resolver that had given up
  // and asked again would get nothing.
  await using names = serveNames(NAMES);
  using slow = bindUdp({ hostname: "127.0.0.1", port: 0 });
  using relay = bindUdp({ hostname: "127.0.0.1", port: 0 });
  const answering = (async () => {
    const query = await slow.receive();
    if (!query) return;
    await relay.send(query.data, names.addr);
    const answer = await relay.receive();
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await slow.send(answer!.data, query.from);
  })();
  assertEquals(
    await lookupHost("www.lab.test", {
      nameServer: slow.addr,
      timeoutMs: 8000,
    }),
    ["192.0.2.7"],
  );
  await answering;
});

Deno.test({
  name: "lookupHost() without the permission rejects, and does not ask",
  permissions: { net: ["127.0.0.1:1"] },
}, async () => {
  await assertRejects(
    () => lookupHost("localhost"),
    Deno.errors.NotCapable,
    "--allow-net=localhost",
  );
  await assertRejects(
    () =>
      lookupHost("localhost", {
        nameServer: { hostname: "127.0.0.1", port: 2 },
      }),
    Deno.errors.NotCapable,
    "--allow-net=127.0.0.1:2",
  );
});
