import { assert, assertEquals } from "@std/assert";
import { UDP_CLIENT_RULES } from "../../lib/check/udp_client.ts";
import { UDP_SERVER_RULES } from "../../lib/check/udp_server.ts";
import { has, hasIpv6 } from "../interop/peer.ts";
import { serve } from "../child.ts";
import { temporaryFolder } from "../folder.ts";
import { command, failsJust, idsOf, judged, python } from "./judged.ts";

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
    "strips blanks at the end",
    SERVER.replace("(data, client)", "(data.rstrip() or data, client)"),
    "udp-boundaries",
  ],
  [
    "answers only its first client",
    SERVER.replace("(data, client)", "(data, first)"),
    "udp-senders",
  ],
  [
    "answers twice",
    SERVER.replace(
      "    sock.sendto",
      "    sock.sendto(data, client)\n    sock.sendto",
    ),
    "udp-boundaries",
  ],
  [
    "answers large ones twice",
    SERVER.replace(
      "    sock.sendto",
      "    len(data) > 600 and sock.sendto(data, client)\n    sock.sendto",
    ),
    "udp-boundaries",
  ],
  [
    "answers from another port",
    SERVER.replace(
      "    sock.sendto",
      "    socket.socket(type=sock.type).sendto",
    ),
    "udp-reply",
  ],
];

/** It binds, and takes some time until it receives: all that came meanwhile waits. */
const SLOW_SERVER = SERVER.replace(
  "first = None",
  "__import__('time').sleep(1.2); first = None",
);

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

/** It sends on after each loss: so it runs for long, and waits for nothing too long. */
const PATIENT_CLIENT = `
import socket, sys
server = (sys.argv[1], int(sys.argv[2]))
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(1.6)
lost = 0
for number in range(8):
    sock.sendto(b"%d" % number, server)
    try:
        while sock.recvfrom(1024) != (b"%d" % number, server):
            pass
    except TimeoutError:
        lost += 1
sys.exit(lost == 8)
`;

/** It waits for each reply as long as many do; but once only, for the test's sake. */
const SLOW_CLIENT = PATIENT_CLIENT.replace("range(8)", "range(9)")
  .replace("lost == 8", "lost == 9")
  .replace(
    "sock.settimeout(1.6)",
    `import pathlib
runs = pathlib.Path(sys.argv[3])
runs.write_text((runs.read_text() if runs.exists() else "") + ".")
sock.settimeout(3.5 if runs.read_text() == ".." else 0.2)`,
  );

const CLIENT_MISTAKES: [mistake: string, script: string, rule: string][] = [
  [
    "waits for no reply",
    CLIENT.replace("try:", "sys.exit(0)\ntry:"),
    "udp-sends",
  ],
  [
    "waits for ever",
    CLIENT.replace("settimeout(1)", "settimeout(None)"),
    "udp-loss",
  ],
  [
    "does not say by its exit code that all was lost",
    CLIENT.replace('sys.exit("no reply")', 'print("no reply")'),
    "udp-loss-exit",
  ],
  [
    "takes whatever comes",
    CLIENT.replace('!= (b"hello", server)', '[0] != b"hello"'),
    "udp-forged",
  ],
  [
    "takes whatever comes, and ends well only if each datagram was answered once",
    CLIENT.replace(
      /sock.sendto[^]*/,
      `
for number in range(3):
    sock.sendto(b"%d" % number, server)
    try:
        if sock.recvfrom(1024)[0] != b"%d" % number:
            sys.exit("a wrong reply")
    except TimeoutError:
        sys.exit("no reply")
`,
    ),
    "udp-forged",
  ],
  [
    "looks only at the sender's port",
    CLIENT.replace(
      '!= (b"hello", server)',
      "[1][1] != server[1]",
    ),
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
  name:
    "check says what a UDP server made of a datagram, and whether it was cut",
  ignore: !has("python3"),
}, async () => {
  const cases = [
    ["data[:20]", "as one of 20", "its buffer holds 20 bytes"],
    ["data.upper()", "changed from byte 1 on", undefined],
    ["data[5:]", "as one of 28", undefined],
  ] as const;
  await Promise.all(cases.map(async ([reply, finding, likely]) => {
    const script = SERVER.replace("(data, client)", `(${reply}, client)`);
    const aim = python(script, "{host}", "{port}");
    const [verdict] = await judged("udp_server", aim, "basic");
    assert(verdict.finding?.endsWith(`came back ${finding}`), verdict.finding);
    assertEquals(verdict.likely?.split(":")[0], likely);
  }));
  const script = SERVER.replace("(data,", '(data.split(b"\\0")[0],');
  const verdicts = await judged(
    "udp_server",
    python(script, "{host}", "{port}"),
  );
  const { likely } = verdicts.find(({ id }) => id === "udp-boundaries")!;
  assertEquals(likely, "it takes a zero byte for the end, as strlen does");
});

Deno.test({
  name: "check passes right UDP programs in python3, and ours, by every rule",
  ignore: !has("python3"),
}, async () => {
  const right = [
    ["udp_server", [SERVER, SLOW_SERVER], UDP_SERVER_RULES],
    ["udp_client", [CLIENT, PATIENT_CLIENT], UDP_CLIENT_RULES],
  ] as const;
  await Promise.all(right.flatMap(([id, scripts, rules]) => {
    const all = rules.map((rule) => rule.id);
    const aims = scripts.map((script) => python(script, "{host}", "{port}"));
    return [undefined, ...aims].map(async (aim) => {
      const verdicts = await judged(id, aim);
      assertEquals(idsOf(verdicts, "passed"), all, JSON.stringify(verdicts));
    });
  }));
});

Deno.test({
  name: "check lets a UDP client wait for ten replies that are lost",
  ignore: !has("python3"),
}, async () => {
  await using here = await temporaryFolder();
  const verdicts = await judged(
    "udp_client",
    python(SLOW_CLIENT, "{host}", "{port}", `${here.path}/runs`),
  );
  assertEquals(idsOf(verdicts, "failed"), [], JSON.stringify(verdicts));
  const { ms } = verdicts[1];
  assert(ms > 31_000, `udp-loss took ${ms} ms`);
});

Deno.test({
  name: "check --target checks a UDP server of IPv6",
  ignore: !hasIpv6(),
}, async () => {
  await using server = await serve("udp_server", ["--host", "::1", "--quiet"]);
  const at = `[::1]:${server.port}`;
  await using child = command([
    ...["udp_server", "--strict", "--target", at, "--json"],
  ]);
  const { code, stdout, stderr } = await child.result;
  assertEquals([code, stderr], [0, ""], stdout);
  assertEquals(JSON.parse(stdout).subject, at);
});
