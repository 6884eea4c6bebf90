/**
 * What UDP lets happen: ports that are dead, datagrams that are lost or too long,
 * answers from elsewhere, floods. python3 sends what Deno cannot. Forged senders
 * are in forged_test.ts.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { bindUdp } from "../../lib/udp.ts";
import { run, serve } from "../child.ts";
import { has, python, runs, startPeer } from "../interop/peer.ts";
import { look } from "../soak/process.ts";

const CHILDREN = { run: [Deno.execPath()], net: ["127.0.0.1"] };

Deno.test({
  name: "udp_client ends with 75 at a port that is dead",
  permissions: CHILDREN,
}, async () => {
  const dead = bindUdp({ hostname: "127.0.0.1", port: 0 });
  const { port } = dead.addr;
  dead.close();
  const { code, stdout, stderr } = await run("udp_client", [
    ...["--port", `${port}`, "--count", "3", "--seconds", "0.1"],
  ]);
  assertEquals(code, 75);
  assertMatch(stdout, /^3 sent, 0 received, 3 lost \(100%\)/m);
  assertMatch(
    stderr,
    new RegExp(
      `^udp_client: 127\\.0\\.0\\.1:${port}: no reply within 0\\.1 s\n`,
    ),
  );
});

Deno.test({
  name:
    "udp_client refuses a text that is too long for a datagram, with the limit",
  permissions: CHILDREN,
}, async () => {
  const { code, stderr } = await run("udp_client", ["a".repeat(65_506)]);
  assertEquals(code, 65); // With "10 " before it: 65,509 bytes.
  assertMatch(
    stderr,
    /^udp_client: 65509 bytes do not fit into a datagram: the largest payload is 65507 bytes\n/,
  );
});

Deno.test({
  name:
    "udp_client ends with 0 if one of its replies comes, and counts the lost",
  permissions: CHILDREN,
}, async () => {
  using server = bindUdp({ hostname: "127.0.0.1", port: 0 });
  const answering = (async () => {
    for (let number = 1;; number++) {
      const datagram = await server.receive();
      if (!datagram) return;
      if (number === 2) await server.send(datagram.data, datagram.from);
    }
  })();
  const { code, stdout, stderr } = await run("udp_client", [
    ...["--port", `${server.addr.port}`, "--count", "3", "--seconds", "0.2"],
  ]);
  server.close();
  await answering;
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^3 sent, 1 received, 2 lost \(67%\)/m);
});

/** The same port at another address of loopback answers with the right bytes. */
const ELSEWHERE = `
asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asked.bind(("127.0.0.1", 0))
other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
other.bind(("127.0.0.2", asked.getsockname()[1]))
print("listening on", *asked.getsockname(), flush=True)
while True:
    data, client = asked.recvfrom(65536)
    other.sendto(data, client)
`;

for (const host of ["127.0.0.1", "localhost"]) {
  Deno.test({
    name:
      `udp_client --host ${host} takes a reply from another address for none`,
    ignore: !has("python3") || Deno.build.os !== "linux",
    permissions: runs("python3"),
  }, async () => {
    await using server = startPeer(python(ELSEWHERE));
    const line = await server.line(/^listening on/);
    const port = line.split(" ").at(-1)!;
    // A name is no address to compare the sender's with: both ways are tried.
    const { code, stdout } = await run("udp_client", [
      ...["--host", host, "--port", port, "--count", "2", "--seconds", "0.3"],
    ]);
    assertMatch(
      stdout,
      /^Ignored 35 bytes of \('127\.0\.0\.2', \d+\), which is not the server$/m,
    );
    assertMatch(stdout, /^2 sent, 0 received, 2 lost/m);
    assertEquals(code, 75);
  });
}

Deno.test({
  name:
    "udp_server answers each datagram once, and with no more than it was sent",
  permissions: CHILDREN,
}, async () => {
  await using server = await serve("udp_server", ["--quiet"]);
  const to = { hostname: "127.0.0.1", port: server.port };
  using socket = bindUdp({ hostname: "127.0.0.1", port: 0 });
  for (let size = 0; size <= 65_507; size = size * 2 + 1) {
    const sent = crypto.getRandomValues(new Uint8Array(Math.min(size, 65_536)));
    await socket.send(sent, to);
    assertEquals((await socket.receive(10_000))?.data, sent);
  }
  assertEquals(await socket.receive(200), undefined);
});

/** How often a flood is sent: 10^5 datagrams, each with its number. */
const FLOOD = 100_000;
/** How much memory may grow by in a flood: far less than the flood has. */
const GROWTH_BYTES = 48 << 20;

const SEND_FLOOD = `
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 0))
sock.setblocking(False)
server, answered = ("127.0.0.1", int(sys.argv[1])), 0
for number in range(int(sys.argv[2])):
    data = b"%d " % number + b"x" * 1000
    while True:
        try:
            sock.sendto(data, server)
            break
        except BlockingIOError:
            pass
    try:
        while sock.recv(65536):
            answered += 1
    except BlockingIOError:
        pass
print(answered)
`;

for (const args of [["--quiet"], []]) {
  Deno.test({
    name: `${
      ["udp_server", ...args].join(" ")
    } lives through ${FLOOD} datagrams, its memory flat`,
    ignore: !has("python3") || Deno.build.os !== "linux",
    permissions: {
      run: [Deno.execPath(), "python3", "sh"],
      net: ["127.0.0.1:0"],
    },
  }, async () => {
    await using server = await serve("udp_server", args, { limitMs: 60_000 });
    const flood = async (count: number) => {
      await using peer = startPeer(python(SEND_FLOOD, server.port, count), {
        limitMs: 60_000,
      });
      const { code, stdout, stderr } = await peer.result;
      assertEquals([code, stderr], [0, ""]);
      return Number(stdout);
    };
    await flood(FLOOD / 10); // After it buffers and code are as they stay.
    const before = await look(server.pid);
    const answered = await flood(FLOOD);
    // UDP loses, and how much depends on the machine: but it did answer.
    assert(answered > 100 && answered <= FLOOD, `${answered} answered`);
    const after = await look(server.pid);
    const grown = after!.resident - before!.resident;
    assert(grown < GROWTH_BYTES, `${grown} bytes`);
    const good = await run("udp_client", [
      ...["--port", `${server.port}`, "--count", "20", "--seconds", "5"],
    ]);
    assertEquals(good.code, 0, good.stdout);
    server.kill("SIGINT");
    const { code, stderr } = await server.result;
    assertEquals([code, stderr], [0, ""]);
  });
}
