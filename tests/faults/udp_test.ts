/**
 * What UDP lets anybody do: forged senders, answers from elsewhere, floods, and
 * two echo servers set at each other. Forging needs a network of its own, a Linux
 * namespace with loopback alone; python3 sends what Deno cannot.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { EXERCISES } from "../../exercises/lab.ts";
import { runArguments } from "../../lib/lab/child.ts";
import { bindUdp } from "../../lib/udp.ts";
import { Child, type Result, run, serve } from "../child.ts";
import { has, python, runs, startPeer } from "../interop/peer.ts";

const CHILDREN = { run: [Deno.execPath()], net: ["127.0.0.1"] };
const FOLDER = new URL("../../exercises/", import.meta.url);

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
  assertEquals(code, 65); // With "1 " before it: 65,508 bytes.
  assertMatch(
    stderr,
    /^udp_client: 65508 bytes do not fit into a datagram: the largest payload is 65507 bytes\n/,
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
    assertMatch(stdout, /^Ignored 35 bytes that are no reply$/m);
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
/** How much memory may grow by in a flood, in kB: far less than the flood has. */
const GROWTH_KB = 48 * 1024;

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

/** Resident memory of a process, in kB. */
async function residentKb(pid: number): Promise<number> {
  await using child = new Child("sh", [
    ...["-c", 'grep VmRSS "/proc/$1/status"', "sh", `${pid}`],
  ]);
  return Number(/\d+/.exec((await child.result).stdout)![0]);
}

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
    const before = await residentKb(server.pid);
    const answered = await flood(FLOOD);
    // UDP loses, and how much depends on the machine: but it did answer.
    assert(answered > 100 && answered <= FLOOD, `${answered} answered`);
    const after = await residentKb(server.pid);
    assert(
      after - before < GROWTH_KB,
      `${before} kB before, ${after} kB after`,
    );
    const good = await run("udp_client", [
      ...["--port", `${server.port}`, "--count", "20", "--seconds", "5"],
    ]);
    assertEquals(good.code, 0, good.stdout);
    server.kill("SIGINT");
    const { code, stderr } = await server.result;
    assertEquals([code, stderr], [0, ""]);
  });
}

// Datagrams with any sender, as a raw socket makes them, and our servers.
const PRELUDE = `
import socket, struct, subprocess, sys, threading, time

deno = sys.argv[1:]
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)

def forge(sender, receiver, data):
    udp = struct.pack("!HHHH", sender[1], receiver[1], 8 + len(data), 0) + data
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0,
                     socket.inet_aton(sender[0]), socket.inet_aton(receiver[0]))
    raw.sendto(ip + udp, receiver)

class Server:
    def __init__(self, *args):
        self.lines = []
        self.process = subprocess.Popen([*deno, *args], text=True,
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        line = self.process.stdout.readline()
        self.addr = ("127.0.0.1", int(line.split()[-1]))
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.strip())

def answers(server):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.settimeout(10)
    sock.sendto(b"good client", server.addr)
    return sock.recv(100) == b"good client"

def quiet(servers):
    "Waits until nothing more is printed; False if that never ends."
    last = -1
    for _ in range(16):
        time.sleep(0.5)
        count = sum(len(server.lines) for server in servers)
        if count == last:
            return True
        last = count
    return False
`;

// As root directly, or as an ordinary user in a user namespace. All that runs in
// it ends with its first process.
const UNSHARE = "--net --pid --kill-child";
const WAYS = [`--map-root-user ${UNSHARE}`, UNSHARE];
const LOOPBACK_UP =
  'PATH=$PATH:/usr/sbin:/sbin && ip link set lo up && "$@"; exit $?';

function inNamespace(way: string, script: string): string[] {
  const server = EXERCISES.find((one) => one.id === "udp_server")!;
  const deno = runArguments(server, [], FOLDER);
  return [
    ...way.split(" "),
    ...["sh", "-c", LOOPBACK_UP, "sh"],
    ...["python3", "-c", PRELUDE + script, Deno.execPath(), ...deno],
  ];
}

/** Why no datagram can be forged here; `undefined` if one can. */
function obstacleTo(way: string): string | undefined {
  if (Deno.build.os !== "linux") return "this test is for Linux";
  if (!has("python3")) return "python3 is missing";
  const { state } = Deno.permissions.querySync({
    name: "run",
    command: "unshare",
  });
  if (state !== "granted") return "unshare is not permitted";
  try {
    const { code, stderr } = new Deno.Command("unshare", {
      args: inNamespace(way, ""),
    }).outputSync();
    if (code === 0) return undefined;
    return new TextDecoder().decode(stderr).trim().split("\n").at(-1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "unshare is missing";
    throw error;
  }
}

const way = WAYS.find((one) => obstacleTo(one) === undefined);
const reason = way ? "" : ` (left out: ${obstacleTo(WAYS[0])})`;

/** A test whose `script` forges datagrams, and prints what it found. */
function testForged(
  name: string,
  script: string,
  judge: (result: Result) => void,
): void {
  Deno.test({
    name: name + reason,
    ignore: way === undefined,
    permissions: { run: ["unshare"] },
  }, async () => {
    await using child = new Child("unshare", inNamespace(way!, script), {
      limitMs: 60_000,
    });
    await child.end();
    judge(await child.result);
  });
}

/** Senders that no answer may go to; port -1 stands for the server's own. */
const FORGED: [about: string, address: string, port: number][] = [
  ["a port below 1024", "127.0.0.1", 1023],
  ["the echo service", "127.0.0.1", 7],
  ["port 0", "127.0.0.1", 0],
  ["the server's own address and port", "127.0.0.1", -1],
  ["another server of its kind", "10.1.2.3", -1],
  ["a broadcast address", "255.255.255.255", 50_000],
  ["the broadcast address of loopback", "127.255.255.255", 50_000],
  ["the broadcast address of a network", "192.168.7.255", 50_000],
  ["all hosts, a multicast group", "224.0.0.1", 50_000],
  ["another multicast group", "239.255.255.250", 50_000],
  ["a reserved address", "240.0.0.1", 50_000],
];

for (const [about, address, port] of FORGED) {
  testForged(
    `udp_server does not answer ${about}`,
    `
server = Server("--port", "0")
sender = ("${address}", ${port} if ${port} >= 0 else server.addr[1])
forge(sender, server.addr, b"forged")
good = answers(server)
# In order: when the good client's answer is printed, all before it is, too.
while not any(line.startswith("sent ") for line in server.lines):
    time.sleep(0.01)
print(good, sender)
print("\\n".join(server.lines))
`,
    ({ code, stdout, stderr }) => {
      assertEquals([code, stderr], [0, ""]);
      const [good, ...lines] = stdout.trimEnd().split("\n");
      const sender = good.replace("True ", "");
      assert(good !== sender, "a good client is answered behind it");
      // The system itself may drop it; if not, the server says what it does.
      const forged = lines.filter((line) => line.includes(sender));
      assertEquals(
        forged,
        forged.length > 0 ? [`not answered: ${sender} is no client`] : [],
      );
      assert(!stdout.includes("b'forged'"), stdout);
      assertEquals(lines.filter((line) => line.startsWith("sent ")).length, 1);
    },
  );
}

testForged(
  "udp_server answers a client at the lowest port that is a user's",
  `
server = Server("--port", "0")
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(10)
sock.bind(("127.0.0.1", 1024))
sock.sendto(b"client", server.addr)
print(sock.recv(100))
`,
  ({ code, stdout }) => assertEquals([code, stdout], [0, "b'client'\n"]),
);

/** What sets two servers at each other, and what goes on meanwhile. */
const LOOPS: [about: string, script: string][] = [
  ["by one datagram", 'forge(b.addr, a.addr, b"ping")'],
  ["by an empty datagram", 'forge(b.addr, a.addr, b"")'],
  [
    "by two different datagrams",
    `
forge(b.addr, a.addr, b"ping")
forge(b.addr, a.addr, b"pong")
`,
  ],
  [
    "by ten different datagrams from both sides",
    `
for number in range(5):
    forge(b.addr, a.addr, b"ping %d" % number)
    forge(a.addr, b.addr, b"pong %d" % number)
`,
  ],
  [
    "while a client is served",
    `
forge(b.addr, a.addr, b"ping")
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 0))
sock.settimeout(10)
for number in range(2000):
    sock.sendto(b"%d client" % number, a.addr)
    sock.recv(100)
`,
  ],
];

for (const [about, script] of LOOPS) {
  testForged(
    `two udp_servers do not loop when they are set at each other ${about}`,
    `
a, b = Server("--port", "0"), Server("--port", "0")
${script}
ended = quiet([a, b])
print(ended, ended and answers(a) and answers(b))
`,
    ({ code, stdout, stderr }) => {
      assertEquals([code, stdout, stderr], [0, "True True\n", ""]);
    },
  );
}
