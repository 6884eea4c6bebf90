import { assertEquals } from "@std/assert";
import { UDP_CLIENT_RULES } from "../../lib/check/udp_client.ts";
import { UDP_SERVER_RULES } from "../../lib/check/udp_server.ts";
import { has } from "../interop/peer.ts";
import { failsJust, idsOf, judged, python } from "./judged.ts";

const SERVER = `
import socket, sys
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind((sys.argv[1], int(sys.argv[2])))
first = None
while True:
    data, client = sock.recvfrom(65535)
    first = first or client
    sock.sendto(data, client)
`;

const SERVER_MISTAKES: [mistake: string, script: string, rule: string][] = [
  [
    "has a small buffer",
    SERVER.replace("65535", "1024"),
    "udp-largest",
  ],
  [
    "takes an empty datagram for the end",
    SERVER.replace("    sock.sendto", "    data and sock.sendto"),
    "udp-boundaries",
  ],
  [
    "answers only its first client",
    SERVER.replace("(data, client)", "(data, first)"),
    "udp-senders",
  ],
];

const CLIENT = `
import socket, sys
server = (sys.argv[1], int(sys.argv[2]))
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(1)
sock.sendto(b"hello", server)
try:
    while sock.recvfrom(1024) != (b"hello", server):
        pass
except TimeoutError:
    sys.exit("no reply")
`;

const CLIENT_MISTAKES: [mistake: string, script: string, rule: string][] = [
  [
    "waits for ever",
    CLIENT.replace("settimeout(1)", "settimeout(None)"),
    "udp-loss",
  ],
  [
    "takes whatever comes",
    CLIENT.replace('!= (b"hello", server)', '[0] != b"hello"'),
    "udp-forged",
  ],
];

Deno.test({
  name: "check fails just the rule that names a UDP program's mistake",
  ignore: !has("python3"),
}, async () => {
  await failsJust("udp_server", SERVER_MISTAKES, "{host}", "{port}");
  await failsJust("udp_client", CLIENT_MISTAKES, "{host}", "{port}");
});

Deno.test({
  name: "check passes right UDP programs in python3, and ours, by every rule",
  ignore: !has("python3"),
}, async () => {
  for (
    const [id, script, rules] of [
      ["udp_server", SERVER, UDP_SERVER_RULES],
      ["udp_client", CLIENT, UDP_CLIENT_RULES],
    ] as const
  ) {
    const all = rules.map((rule) => rule.id);
    for (const aim of [undefined, python(script, "{host}", "{port}")]) {
      const verdicts = await judged(id, aim);
      assertEquals(idsOf(verdicts, "passed"), all, JSON.stringify(verdicts));
    }
  }
});
