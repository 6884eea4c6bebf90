import { assert, assertEquals } from "@std/assert";
import { bindUdp } from "../../lib/udp.ts";
import { isAnswerable, isLoop, Repeats } from "../../lib/udp_guard.ts";

const LOOPBACK = { net: ["127.0.0.1"] };
const bind = () => bindUdp({ hostname: "127.0.0.1", port: 0 });

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
    "isLoop() ends the loop of two echo servers, and lets numbered datagrams be",
  permissions: LOOPBACK,
}, async () => {
  using one = bind();
  using two = bind();
  const echo = async (socket: typeof one) => {
    const repeats = new Repeats();
    let count = 0;
    let datagram = await socket.receive(300);
    while (datagram) {
      count++;
      if (!isLoop(repeats.count(datagram))) {
        await socket.send(datagram.data, datagram.from);
      }
      datagram = await socket.receive(300);
    }
    return count;
  };
  await one.send(new Uint8Array([1]), two.addr); // as if `one` had been asked
  const [here, there] = await Promise.all([echo(one), echo(two)]);
  assert(here <= 2000 && there <= 2000, `${here} and ${there}`);

  const repeats = new Repeats();
  for (let number = 0; number < 10_000; number++) {
    for (const text of [`${number} ping`, `${"x".repeat(1000)} ${number}`]) {
      const data = new TextEncoder().encode(text);
      assert(!isLoop(repeats.count({ data, from: one.addr })));
    }
  }
});

Deno.test({
  name:
    "isLoop() ends the loops of many datagrams, also of those with one hash",
  permissions: "none",
}, () => {
  const from = { transport: "udp", hostname: "127.0.0.1", port: 9901 } as const;
  // So many that some of them share a slot of the table.
  let loops = Array.from({ length: 1500 }, (_, number) => ({
    data: new Uint8Array(new Float64Array([Math.sin(number)]).buffer),
    from,
  }));
  const repeats = new Repeats();
  for (let round = 0; round < 10_000 && loops.length > 0; round++) {
    loops = loops.filter((datagram) => !isLoop(repeats.count(datagram)));
  }
  assertEquals(loops, []);
});
