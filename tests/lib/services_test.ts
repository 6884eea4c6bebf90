import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  getPortByService,
  getServiceByPort,
  portRange,
  type Protocol,
  PROTOCOLS,
} from "../../lib/services.ts";
import { SERVICES_TABLE } from "../../lib/services_table.ts";
import { has } from "../interop/peer.ts";

interface Row {
  name: string;
  port: number;
  protocol: Protocol;
  aliases: string[];
}

const ROWS: Row[] = SERVICES_TABLE.trim().split("\n").flatMap((line) => {
  const [name, port, protocols, ...aliases] = line.split(" ");
  return protocols.split(",").map((protocol) => ({
    name,
    port: Number(port),
    protocol: protocol as Protocol,
    aliases,
  }));
});

Deno.test({
  name: "getServiceByPort() knows what the sheet asks",
  permissions: "none",
}, () => {
  assertEquals(getServiceByPort(80, "tcp"), "http");
  assertEquals(getServiceByPort(53, "udp"), "domain");
  assertEquals(getServiceByPort(25, "tcp"), "smtp");
  assertEquals([21, 22, 110].map((port) => getServiceByPort(port)), [
    "ftp",
    "ssh",
    "pop3",
  ]);
});

Deno.test({
  name: "getServiceByPort() tells tcp and udp apart where they differ",
  permissions: "none",
}, () => {
  const names = (protocol: Protocol) =>
    [512, 513, 514, 21].map((port) => getServiceByPort(port, protocol));
  assertEquals(names("tcp"), ["exec", "login", "shell", "ftp"]);
  assertEquals(names("udp"), ["biff", "who", "syslog", "fsp"]);
  assertEquals(getServiceByPort(123, "tcp"), undefined);
  assertEquals(getServiceByPort(5672, "sctp"), "amqp");
});

Deno.test({
  name: "getServiceByPort() gives undefined for a port without a service",
  permissions: "none",
}, () => {
  for (const protocol of PROTOCOLS) {
    assertEquals(getServiceByPort(0, protocol), undefined);
    assertEquals(getServiceByPort(65535, protocol), undefined);
  }
});

Deno.test({
  name: "getServiceByPort() and portRange() refuse what is not a port",
  permissions: "none",
}, () => {
  for (const port of [-1, 65536, 1.5, NaN, Infinity]) {
    assertThrows(() => getServiceByPort(port, "tcp"), RangeError, `${port}`);
    assertThrows(() => portRange(port), RangeError, `${port}`);
  }
});

Deno.test({
  name: "getPortByService() knows names and aliases, by protocol",
  permissions: "none",
}, () => {
  assertEquals(getPortByService("http", "tcp"), 80);
  assertEquals(getPortByService("www", "tcp"), 80);
  assertEquals(getPortByService("biff", "udp"), 512);
  assertEquals(getPortByService("biff", "tcp"), undefined);
  assertEquals(getPortByService("no-such-service", "tcp"), undefined);
  assertEquals(getPortByService("HTTP", "tcp"), undefined);
  assertEquals(getPortByService("__proto__", "tcp"), undefined);
});

Deno.test({
  name: "portRange() follows RFC 6335 at its borders",
  permissions: "none",
}, () => {
  assertEquals(
    [0, 1023, 1024, 49151, 49152, 65535].map((port) => portRange(port).name),
    ["system", "system", "user", "user", "dynamic", "dynamic"],
  );
});

// Asks python3 for every row: {"port/protocol": name, "name/protocol": port}.
const PYTHON = `
import json, socket, sys
answers = {}
for kind, key, protocol in json.load(sys.stdin):
    try:
        call = socket.getservbyport if kind == "port" else socket.getservbyname
        answers[f"{key}/{protocol}"] = call(key, protocol)
    except OSError:
        answers[f"{key}/{protocol}"] = None
print(json.dumps(answers))
`;

Deno.test({
  name:
    "getServiceByPort() and getPortByService() agree with python3 on every row",
  permissions: { run: ["python3"], read: ["/etc/services"] },
  ignore: !hasDebianServices(),
}, async () => {
  const file = Deno.readTextFileSync("/etc/services").split("\n")
    .map((line) => line.replace(/#.*/, "").trim().split(/\s+/))
    .filter(([name]) => name);
  assertEquals(file.length, ROWS.length, "rows of /etc/services");
  const questions = [
    ...ROWS.map(({ port, protocol }) => ["port", port, protocol]),
    ...ROWS.flatMap(({ name, aliases, protocol }) =>
      [name, ...aliases].map((known) => ["name", known, protocol])
    ),
  ];
  const child = new Deno.Command("python3", {
    args: ["-c", PYTHON],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(questions)));
  await writer.close();
  const { stdout } = await child.output();
  const answers = JSON.parse(new TextDecoder().decode(stdout));
  assert(Object.keys(answers).length > 600);
  for (
    const [kind, key, protocol] of questions as [string, never, Protocol][]
  ) {
    const ours = kind === "port"
      ? getServiceByPort(key, protocol)
      : getPortByService(key, protocol);
    assertEquals(ours, answers[`${key}/${protocol}`], `${key}/${protocol}`);
  }
});

/** Whether python3 is there, and asks Debian's table and no other. */
function hasDebianServices(): boolean {
  try {
    const text = Deno.readTextFileSync("/etc/services");
    return text.includes("needed by a debian package") && has("python3");
  } catch {
    return false;
  }
}
