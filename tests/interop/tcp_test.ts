import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { getAvailablePort } from "@std/net/get-available-port";
import { run, serve } from "../child.ts";
import {
  type Command,
  has,
  NETCATS,
  type Program,
  python,
  runs,
  servePeer,
  startPeer,
} from "./peer.ts";

const MEBIBYTE = "0123456789abcde\n".repeat(65_536);

const SERVERS = [
  {
    id: "echo_server",
    does: (client: string) => `sends ${client} its lines back`,
    input: "hello\nশুভ সকাল\n",
    output: "hello\nশুভ সকাল\n",
  },
  {
    id: "echo_server",
    does: (client: string) => `answers ${client}'s half-close with everything`,
    input: MEBIBYTE,
    output: MEBIBYTE,
  },
  {
    id: "welcome_server",
    does: (client: string) => `welcomes ${client}`,
    input: "Hello, world",
    output: "welcome to my server",
  },
  {
    id: "greeting_server",
    does: (client: string) => `greets ${client}, which is silent`,
    input: "",
    output: "Hello, client",
  },
];

for (const { id, does, input, output } of SERVERS) {
  for (const { program, connect } of NETCATS) {
    Deno.test({
      name: `${id} ${does(program)}`,
      ignore: !has(program),
      permissions: runs(program),
    }, async () => {
      await using server = await serve(id);
      await using client = startPeer(connect(server.port), { input });
      const { code, stdout, stderr } = await client.result;
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      assert(stdout === output, `${stdout.length} characters came back`);
      server.kill("SIGINT");
      const ended = await server.result;
      assertEquals(ended.code, 0);
      assertMatch(ended.stderr, /^(Listening on 127\.0\.0\.1 port \d+\n)?$/);
    });
  }
}

/** What python3's raw sockets find at our echo server; each prints what it saw. */
const RAW = [
  {
    name: "echo_server echoes 1 MiB of any bytes to python3",
    script: `
sent = random.Random(1).randbytes(1 << 20)
def send():
    conn.sendall(sent)
    conn.shutdown(socket.SHUT_WR)
threading.Thread(target=send).start()
print(read_to_end(conn) == sent)
`,
    output: "True\n",
  },
  {
    name: "echo_server echoes 32 MiB to python3, which reads when all is full",
    script: `
sent, count = random.Random(1).randbytes(32 << 20), 0
conn.settimeout(0.2)
try:
    while count < len(sent):
        count += conn.send(sent[count:count + 65536])
except socket.timeout:
    conn.settimeout(10)
def send():
    conn.sendall(sent[count:])
    conn.shutdown(socket.SHUT_WR)
threading.Thread(target=send).start()
print(count < len(sent), read_to_end(conn) == sent)
`,
    output: "True True\n",
  },
  {
    name: "echo_server echoes every byte that python3 writes alone",
    script: `
for byte in range(256):
    conn.sendall(bytes([byte]))
conn.shutdown(socket.SHUT_WR)
print(read_to_end(conn) == bytes(range(256)))
`,
    output: "True\n",
  },
  {
    name: "echo_server echoes nothing to python3, which closes in silence",
    script: `
conn.shutdown(socket.SHUT_WR)
print(read_to_end(conn))
`,
    output: "b''\n",
  },
  {
    name: "echo_server serves python3 while others reset their connections",
    script: `
def reset(conn):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()
for _ in range(100):
    reset(connect(sys.argv[1]))
other = connect(sys.argv[1])
other.sendall(b"one")
conn.sendall(b"two")
print(other.recv(3))
reset(other)
print(conn.recv(3))
conn.sendall(b"three")
print(conn.recv(5))
`,
    output: "b'one'\nb'two'\nb'three'\n",
    reports: /^(echo_server: 127\.0\.0\.1:\d+ reset the connection\n)+$/,
  },
];

for (const { name, script, output, reports = /^$/ } of RAW) {
  Deno.test({
    name,
    ignore: !has("python3"),
    permissions: runs("python3"),
  }, async () => {
    await using server = await serve("echo_server", ["--quiet"]);
    await using client = startPeer(
      python("conn = connect(sys.argv[1])\n" + script, server.port),
    );
    assertEquals(await client.result, { code: 0, stdout: output, stderr: "" });
    server.kill("SIGINT");
    const { code, stderr } = await server.result;
    assertEquals(code, 0);
    assertMatch(stderr, reports);
  });
}

const SOCAT_LISTEN: Command = [
  "socat",
  "-d",
  "-d",
  "TCP-LISTEN:0,bind=127.0.0.1,reuseaddr,fork",
];

const ECHO_SERVERS: {
  name: string;
  program: Program;
  command: () => Command;
  maxBytes?: number;
}[] = [
  {
    name: "python3's socketserver",
    program: "python3",
    command: () =>
      python(`
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(65536):
            self.request.sendall(data)
server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo)
listening(server.socket)
server.serve_forever()
`),
  },
  {
    name: "socat and cat",
    program: "socat",
    command: () => [...SOCAT_LISTEN, "EXEC:cat"],
  },
  {
    name: "socat's pipe",
    program: "socat",
    command: () => [...SOCAT_LISTEN, "PIPE"],
  },
  {
    name: "ncat and cat",
    program: "ncat",
    // Of 1 MiB it stops half-way: cat and ncat wait for each other.
    maxBytes: 1000,
    command: () => [
      "ncat",
      "-v",
      "-k",
      "-l",
      "127.0.0.1",
      `${getAvailablePort()}`,
      "-e",
      "/bin/cat",
    ],
  },
];

for (const { name, program, command, maxBytes = Infinity } of ECHO_SERVERS) {
  Deno.test({
    name: `echo_client gets its text back from ${name}`,
    ignore: !has(program),
    permissions: runs(program),
  }, async () => {
    await using server = await servePeer(command());
    const port = `${server.port}`;
    assertEquals(await run("echo_client", ["--port", port]), {
      code: 0,
      stdout: [
        `Connecting to 127.0.0.1 port ${port}`,
        "Sending Test message: SDN course examples",
        "Received: b'Test message: SDN course examples'",
        "Closing connection to the server",
        "",
      ].join("\n"),
      stderr: "",
    });
  });

  if (MEBIBYTE.length > maxBytes) continue;
  Deno.test({
    name: `echo_client gets 1 MiB of its input back from ${name}`,
    ignore: !has(program),
    permissions: runs(program),
  }, async () => {
    await using server = await servePeer(command());
    const args = ["--port", `${server.port}`, "-"];
    const { code, stderr } = await run("echo_client", args, {
      input: MEBIBYTE,
    });
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
  });
}

const CLIENTS = [
  {
    id: "welcome_client",
    hears: "welcome to my server",
    says: "Hello, world",
  },
  { id: "greeting_client", hears: "Hello, client", says: "" },
];

for (const { id, hears, says } of CLIENTS) {
  for (const { program, listen } of NETCATS) {
    Deno.test({
      name: `${id} shows what ${program} says`,
      ignore: !has(program),
      permissions: runs(program),
    }, async () => {
      await using server = await servePeer(listen(), { input: hears });
      const args = ["--port", `${server.port}`];
      assertEquals(await run(id, args), {
        code: 0,
        stdout: `Received b'${hears}'\n`,
        stderr: "",
      });
      const { code, stdout } = await server.result;
      assertEquals(code, 0);
      assertStringIncludes(stdout, says);
    });
  }
}
