/**
 * Forged senders, which UDP cannot tell from true ones: whom a server answers, and
 * two echo servers set at each other. On a machine of its own, the administrator
 * forges with python3 what Deno cannot send.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Result } from "../child.ts";
import { python } from "../interop/peer.ts";
import { onMachines, runOn } from "./namespace.ts";

// Datagrams with any sender, as a raw socket makes them, and our servers.
const PRELUDE = `
import subprocess, time

raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)

def forge(sender, receiver, data):
    udp = struct.pack("!HHHH", sender[1], receiver[1], 8 + len(data), 0) + data
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0,
                     socket.inet_aton(sender[0]), socket.inet_aton(receiver[0]))
    raw.sendto(ip + udp, receiver)

class Server:
    def __init__(self, *args):
        self.lines = []
        # It ends with this program.
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig=KILL", *sys.argv[1:], *args], text=True,
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
    for _ in range(40):
        time.sleep(0.2)
        count = sum(len(server.lines) for server in servers)
        if count == last:
            return True
        last = count
    return False
`;

/** A test whose `script` forges datagrams, and prints what it found. */
function testForged(
  name: string,
  script: string,
  judge: (result: Result) => void,
): void {
  Deno.test(onMachines(name, "python3"), async () => {
    const through = python(PRELUDE + script);
    const args = ["--port", "0"];
    judge(await runOn({ through }, "udp_server", args, { limitMs: 60_000 }));
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
server = Server()
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
server = Server()
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(10)
sock.bind(("127.0.0.1", 1024))
sock.sendto(b"client", server.addr)
print(sock.recv(100))
`,
  ({ code, stdout }) => assertEquals([code, stdout], [0, "b'client'\n"]),
);

Deno.test(
  onMachines(
    "udp_server names the flag to answer a client in a network that it does not expect",
    "python3",
  ),
  async () => {
    const through = python(`${PRELUDE}
server = Server()
forge(("198.51.100.7", 50000), server.addr, b"client")
print(answers(server))
`);
    const args = ["--host", "0.0.0.0", "--port", "0"];
    const { stdout, stderr } = await runOn({ through }, "udp_server", args);
    assertEquals(stdout, "True\n");
    assertMatch(
      stderr,
      /^udp_server: no permission: --allow-net=198\.51\.100\.7:50000\nhint: deno run --allow-net=0\.0\.0\.0:0,\S*,198\.51\.100\.7 /m,
    );
  },
);

/** What sets two servers at each other, and what goes on meanwhile. */
const LOOPS: [about: string, script: string, args?: string][] = [
  ["by one datagram", 'forge(b.addr, a.addr, b"ping")'],
  [
    "though one of them answers some datagrams twice",
    'forge(b.addr, a.addr, b"ping")',
    '"--duplicate", "0.01"',
  ],
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

for (const [about, script, args = ""] of LOOPS) {
  testForged(
    `two udp_servers do not loop when they are set at each other ${about}`,
    `
a, b = Server(${args}), Server()
${script}
ended = quiet([a, b])
print(ended, ended and answers(a) and answers(b))
`,
    ({ code, stdout, stderr }) => {
      assertEquals([code, stdout, stderr], [0, "True True\n", ""]);
    },
  );
}
