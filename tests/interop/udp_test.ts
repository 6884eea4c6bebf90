import { assertEquals, assertStringIncludes } from "@std/assert";
import { getAvailablePort } from "@std/net/get-available-port";
import { run, serve, start } from "../child.ts";
import {
  type Command,
  has,
  type Program,
  python,
  runs,
  servePeer,
  startPeer,
} from "./peer.ts";

/** The start of python3's programs: a UDP socket at a free port. */
const SOCKET = `
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(10)
sock.bind(("127.0.0.1", 0))
`;

const SIZES = [0, 1, 1472, 65_507];

Deno.test({
  name: `udp_server echoes ${SIZES.join(", ")} bytes to python3`,
  ignore: !has("python3"),
  permissions: runs("python3"),
}, async () => {
  await using server = await serve("udp_server");
  const script = `${SOCKET}
server = ("127.0.0.1", int(sys.argv[1]))
for size in sys.argv[2:]:
    sent = random.Random(size).randbytes(int(size))
    sock.sendto(sent, server)
    print(sock.recvfrom(65536) == (sent, server))
`;
  await using client = startPeer(python(script, server.port, ...SIZES));
  assertEquals(await client.result, {
    code: 0,
    stdout: "True\n".repeat(SIZES.length),
    stderr: "",
  });
  for (const size of SIZES) {
    await server.line(
      new RegExp(`^sent ${size} bytes back to \\('127\\.0\\.0\\.1', \\d+\\)$`),
    );
  }
  server.kill("SIGINT");
  const { code, stderr } = await server.result;
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
});

Deno.test({
  name: "udp_server keeps python3's datagrams in order, and their boundaries",
  ignore: !has("python3"),
  permissions: runs("python3"),
}, async () => {
  await using server = await serve("udp_server");
  const script = `${SOCKET}
server = ("127.0.0.1", int(sys.argv[1]))
sent = [b"%d" % number * (number % 7) for number in range(50)]
for datagram in sent:
    sock.sendto(datagram, server)
print([sock.recv(65536) for _ in sent] == sent)
`;
  await using client = startPeer(python(script, server.port));
  const { stdout, stderr } = await client.result;
  assertEquals({ stdout, stderr }, { stdout: "True\n", stderr: "" });
});

const CLIENTS: { program: Program; command: (port: number) => Command }[] = [
  {
    program: "socat",
    command: (port) => ["socat", "-", `UDP:127.0.0.1:${port}`],
  },
  {
    program: "ncat",
    command: (port) => ["ncat", "-u", "127.0.0.1", `${port}`],
  },
  {
    program: "nc",
    command: (port) => ["nc", "-u", "127.0.0.1", `${port}`],
  },
];

for (const { program, command } of CLIENTS) {
  Deno.test({
    name: `udp_server sends ${program} its lines back`,
    ignore: !has(program),
    permissions: runs(program),
  }, async () => {
    await using server = await serve("udp_server");
    await using client = startPeer(command(server.port));
    // No end of file crosses UDP: the client is ended when all is back.
    for (const line of ["hello", "শুভ সকাল"]) {
      await client.write(line + "\n");
      await client.line(new RegExp(`^${line}$`));
    }
  });
}

const ECHO_SERVERS: {
  name: string;
  program: Program;
  sizes: number[];
  command: () => Command;
}[] = [
  {
    name: "python3's socketserver",
    program: "python3",
    sizes: [8, 1472, 65_507],
    command: () =>
      python(`
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        sock.sendto(data, self.client_address)
server = socketserver.UDPServer(("127.0.0.1", 0), Echo)
server.max_packet_size = 65536
listening(server.socket)
server.serve_forever()
`),
  },
  {
    name: "socat and cat",
    program: "socat",
    sizes: [8, 1472], // More may leave cat in pieces.
    command: () => [...socatReceive(), "EXEC:cat"],
  },
  {
    name: "socat's pipe",
    program: "socat",
    sizes: [8, 1472, 65_507],
    command: () => [...socatReceive(), "PIPE"],
  },
];

function socatReceive(): Command {
  const address = `UDP-RECVFROM:${getAvailablePort()},bind=127.0.0.1,fork`;
  return ["socat", "-d", "-d", "-b65536", address];
}

for (const { name, program, sizes, command } of ECHO_SERVERS) {
  Deno.test({
    name: `udp_client gets its datagrams of any size back from ${name}`,
    ignore: !has(program),
    permissions: runs(program),
  }, async () => {
    await using server = await servePeer(command());
    for (const size of sizes) {
      const args = ["--port", server.port, "--count", 3, "--size", size];
      const { code, stdout, stderr } = await run(
        "udp_client",
        args.map(String),
      );
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      assertStringIncludes(
        stdout,
        "\n3 sent, 3 received, 0 lost (0%), 0 duplicated, 0 out of order\n",
      );
    }
  });
}

Deno.test({
  name: "udp_client counts what python3 loses, doubles, delays and forges",
  ignore: !has("python3"),
  permissions: runs("python3"),
}, async () => {
  await using server = await servePeer(python(`${SOCKET}
forger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listening(sock)
late = b""
while True:
    data, client = sock.recvfrom(65536)
    number = int(data.split()[0])
    if number == 1:  # doubled
        sock.sendto(data, client)
        sock.sendto(data, client)
    elif number == 2:  # lost
        pass
    elif number == 3:  # answered from another port
        forger.sendto(data, client)
    elif number == 4:  # answered with something else
        sock.sendto(data + b"!", client)
    elif number == 5:  # overtaken by the next
        late = data
    elif number == 6:
        sock.sendto(data, client)
        sock.sendto(late, client)
    else:
        sock.sendto(data, client)
`));
  const args = ["--port", server.port, "--count", 7, "--seconds", 0.4, "text"];
  const { code, stdout, stderr } = await run("udp_client", args.map(String));
  assertEquals(
    stdout.replaceAll(/ in [\d.]+ ms| of \('127.*\)/g, "").split("\n")
      .slice(1, -2),
    [
      "Reply 1: 6 bytes",
      "Reply 1 again",
      "No reply 2 within 0.4 s",
      "Ignored 6 bytes, which is not the server",
      "No reply 3 within 0.4 s",
      "Ignored 7 bytes that are no reply",
      "No reply 4 within 0.4 s",
      "No reply 5 within 0.4 s",
      "Reply 6: 6 bytes",
      "Reply 5: 6 bytes",
      "Reply 7: 6 bytes",
      "7 sent, 4 received, 3 lost (43%), 1 duplicated, 1 out of order",
    ],
  );
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
});

Deno.test({
  name: "udp_client takes nc's line for the reply only if it is the same",
  ignore: !has("nc"),
  permissions: runs("nc"),
}, async () => {
  await using server = await servePeer([
    "nc",
    "-u",
    "-v",
    "-l",
    "127.0.0.1",
    "0",
  ]);
  const args = ["--port", `${server.port}`, "--count", "1", "--seconds", "10"];
  await using client = start("udp_client", [...args, "hello\n"]);
  await server.line(/^1 hello$/);
  await server.write("1 Hello\n");
  await client.line(/^Ignored 8 bytes that are no reply$/);
  await server.write("1 hello\n");
  await client.line(/^Reply 1: 8 bytes in [\d.]+ ms$/);
  assertEquals((await client.result).code, 0);
});
