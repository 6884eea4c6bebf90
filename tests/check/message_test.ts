import { assertEquals } from "@std/assert";
import { MESSAGE_CLIENT_RULES } from "../../lib/check/message_client.ts";
import { MESSAGE_SERVER_RULES } from "../../lib/check/message_server.ts";
import { has } from "../interop/peer.ts";
import { failsJust, idsOf, judged, python } from "./judged.ts";

/** A server that makes no mistake; each mistake below is one change to it. */
const SERVER = `
import os, socket, sys, threading
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
clients = []
def keyboard():
    for line in sys.stdin:
        for conn in clients:
            conn.sendall(line.encode())
        if line == "bye\\n":
            os._exit(0)
def serve(conn, address):
    clients.append(conn)
    print("Connection from:", address)
    with conn, conn.makefile("rb") as lines:
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip("\\r\\n")
            print("from connected user:", text)
            if text == "bye":
                break
        clients.remove(conn)
threading.Thread(target=keyboard, daemon=True).start()
while True:
    threading.Thread(target=serve, args=server.accept(), daemon=True).start()
`;

const SERVER_MISTAKES: [mistake: string, script: string, rule: string][] = [
  [
    "prints its own address for its client's",
    SERVER.replace('from:", address', 'from:", conn.getsockname()'),
    "message-shown",
  ],
  [
    "prints its client's port in the wrong byte order",
    SERVER.replace(
      'from:", address',
      'from:", (address[0], socket.htons(address[1]))',
    ),
    "message-shown",
  ],
  [
    "does not print who connected",
    SERVER.replace('from:", address', 'from: "'),
    "message-shown",
  ],
  [
    "takes an empty line for the end",
    SERVER.replace('if text == "bye":', 'if text in ("bye", ""):'),
    "message-empty-line",
  ],
  [
    "does not send its bye",
    SERVER.replace(
      "        for conn in clients:",
      '        for conn in clients if line != "bye\\n" else []:',
    ),
    "message-server-bye",
  ],
  [
    "does not end at the client's bye",
    SERVER.replace("                break", "                pass"),
    "message-client-bye",
  ],
  [
    "serves one client after another",
    SERVER.replace(
      "threading.Thread(target=serve, args=server.accept(), daemon=True).start()",
      "serve(*server.accept())",
    ),
    "message-two-clients",
  ],
  [
    "throws its first client out for the second",
    SERVER.replace(
      "    clients.append(conn)",
      "    for other in clients: other.shutdown(socket.SHUT_RDWR)\n    clients.append(conn)",
    ),
    "message-two-clients",
  ],
  [
    "decodes each read by itself",
    SERVER.replace(
      "for line in lines:",
      "for line in decoded(conn):",
    ).replace(
      "def serve",
      `def decoded(conn):
    held = ""
    while data := conn.recv(1024):
        held += data.decode("utf-8", "replace")
        while "\\n" in held:
            line, held = held.split("\\n", 1)
            yield line.encode()
def serve`,
    ),
    "message-characters",
  ],
  [
    "takes a read for a message",
    SERVER.replace(
      "for line in lines:",
      'for line in iter(lambda: conn.recv(1024), b""):',
    ),
    "message-framing",
  ],
  [
    "types only after it has heard something",
    SERVER.replace(
      "threading.Thread(target=keyboard, daemon=True).start()",
      "typist = threading.Thread(target=keyboard, daemon=True)",
    ).replace(
      'print("from connected user:", text)',
      'print("from connected user:", text); typist.ident or typist.start()',
    ),
    "message-any-time",
  ],
  [
    "sends no newline",
    SERVER.replace("line.encode()", 'line.rstrip("\\n").encode()'),
    "message-line",
  ],
  [
    "sends an empty line behind each",
    SERVER.replace("line.encode()", '(line + "\\n").encode()'),
    "message-line",
  ],
];

const CLIENT = `
import os, socket, sys, threading
conn = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def listen():
    for line in conn.makefile("rb"):
        text = line.decode("utf-8", "replace").rstrip("\\r\\n")
        print("Received from server:", text)
        if text == "bye":
            os._exit(0)
    os._exit(1)
threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin:
    conn.sendall(line.encode())
    if line == "bye\\n":
        break
`;

const CLIENT_MISTAKES: [mistake: string, script: string, rule: string][] = [
  [
    "sends a line that nobody typed",
    CLIENT.replace(
      "    if line",
      "    if not line.isascii():\n        conn.sendall(b'--\\n')\n    if line",
    ),
    "message-sends-line",
  ],
  [
    "does not send an empty line",
    CLIENT.replace("    conn.sendall", '    line != "\\n" and conn.sendall'),
    "message-sends-line",
  ],
  [
    "does not send its bye",
    CLIENT.replace("    conn.sendall", '    line != "bye\\n" and conn.sendall'),
    "message-says-bye",
  ],
  [
    "goes on after the server's bye",
    CLIENT.replace("os._exit(0)", "return"),
    "message-hears-bye",
  ],
  [
    "takes the server's bye for a message like any other",
    CLIENT.replace('"bye"', '"never"').replace("os._exit(1)", "os._exit(0)"),
    "message-hears-bye",
  ],
  [
    "goes on when the server is gone",
    CLIENT.replace("    os._exit(1)", "    pass"),
    "message-server-leaves",
  ],
  [
    "takes a read for a message",
    CLIENT.replace(
      'conn.makefile("rb")',
      'iter(lambda: conn.recv(1024), b"")',
    ),
    "message-hears-lines",
  ],
  [
    "listens only after it has typed",
    CLIENT.replace(
      "threading.Thread(target=listen, daemon=True).start()",
      "listener = threading.Thread(target=listen, daemon=True)",
    ).replace(
      "    conn.sendall",
      "    listener.ident or listener.start(); conn.sendall",
    ),
    "message-hears-any-time",
  ],
];

/** It ends when the server has closed, and not with its own bye. */
const WAITING_CLIENT = CLIENT.replace("os._exit(1)", "os._exit(0)")
  .trimEnd() + "\nthreading.Event().wait()\n";

/** It takes a moment to end after its own bye, and an end of file for a failure. */
const LEAVING_CLIENT = CLIENT + "__import__('time').sleep(0.1)\n";

Deno.test({
  name: "check fails just the rule that names a message server's mistake",
  ignore: !has("python3"),
}, () => failsJust("message_server", SERVER_MISTAKES, "{host}", "{port}"));

Deno.test({
  name: "check fails just the rule that names a message client's mistake",
  ignore: !has("python3"),
}, () => failsJust("message_client", CLIENT_MISTAKES, "{host}", "{port}"));

Deno.test({
  name:
    "check passes right message programs in python3, and ours, by every rule",
  ignore: !has("python3"),
}, async () => {
  const right = [
    ["message_server", [SERVER], MESSAGE_SERVER_RULES],
    [
      "message_client",
      [CLIENT, WAITING_CLIENT, LEAVING_CLIENT],
      MESSAGE_CLIENT_RULES,
    ],
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

/** As the sheet's, they take turns; but what they send and read is lines. */
const TURNS_SERVER = `
import socket, sys
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
conn, address = server.accept()
print("Connection from:", address)
for line in conn.makefile("rb"):
    print("from connected user:", line.decode().rstrip("\\n"))
    if line == b"bye\\n":
        break
    conn.sendall((input(" -> ") + "\\n").encode())
conn.shutdown(socket.SHUT_RDWR)
`;
const TURNS_CLIENT = `
import socket, sys
conn = socket.create_connection((sys.argv[1], int(sys.argv[2])))
text = ""
while text != "bye":
    text = input(" -> ")
    conn.sendall((text + "\\n").encode())
    if text != "bye":
        print("Received from server:", conn.recv(1024).decode())
`;

Deno.test({
  name:
    "check does not say of programs that take turns that they know no lines",
  ignore: !has("python3"),
}, async () => {
  for (
    const [id, script, failed] of [
      ["message_server", TURNS_SERVER, [
        "message-any-time",
        "message-two-clients",
      ]],
      ["message_client", TURNS_CLIENT, ["message-hears-any-time"]],
    ] as const
  ) {
    const verdicts = await judged(id, python(script, "{host}", "{port}"));
    assertEquals(idsOf(verdicts, "failed"), [...failed]);
  }
});

Deno.test({
  name: "check says so where a message server has closed its standard input",
  ignore: !has("python3"),
}, async () => {
  const deaf = SERVER
    .replace("clients = []", "clients = []\nos.close(0)")
    .replace("threading.Thread(target=keyboard, daemon=True).start()\n", "");
  const verdicts = await judged(
    "message_server",
    python(deaf, "{host}", "{port}"),
  );
  assertEquals(
    verdicts.find(({ id }) => id === "message-answer")?.finding,
    "it closed its standard input",
  );
});
