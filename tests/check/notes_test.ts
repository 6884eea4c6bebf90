import { assertEquals } from "@std/assert";
import { has } from "../interop/peer.ts";
import { idsOf, judged, python } from "./judged.ts";

/** The client of note 1, which reads once. */
const CLIENT = `
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as conn:
    conn.sendall(b"Hello, world")
    data = conn.recv(1024)
print("Received", repr(data))
`;

Deno.test({
  name: "check says of the note's client that it reads once",
  ignore: !has("python3"),
}, async () => {
  const aim = python(CLIENT, "{host}", "{port}");
  const [hears, pieces] = await judged("welcome_client", aim);
  assertEquals(
    [hears.outcome, pieces.outcome, pieces.likely],
    [
      "passed",
      "failed",
      "it reads once, and takes what comes for the whole answer",
    ],
  );
});

Deno.test({
  name: "check finds a note's client that waits, and reads once",
  ignore: !has("python3"),
}, async () => {
  const script = CLIENT.replace(
    "    data",
    "    import time; time.sleep(1); data",
  );
  const aim = python(script, "{host}", "{port}");
  assertEquals(idsOf(await judged("welcome_client", aim), "failed"), [
    "hears-pieces",
  ]);
});

Deno.test({
  name:
    "check finds a note's server that gives up a silent client for the next",
  ignore: !has("python3"),
}, async () => {
  const script = `
import socket, sys
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    with server.accept()[0] as conn:
        conn.settimeout(1)
        try:
            if conn.recv(1024):
                conn.sendall(b"welcome to my server")
        except TimeoutError:
            pass
`;
  const aim = python(script, "{host}", "{port}");
  assertEquals(idsOf(await judged("welcome_server", aim), "failed"), [
    "says-again",
  ]);
});

/** The server of note 2, which closes at once; what it says is filled in. */
const GREETING = `
import socket, sys
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    with server.accept()[0] as conn:
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conn.sendall(b"Hello, client")
`;

Deno.test({
  name: "check finds what a server says beyond its text, in one piece or two",
  ignore: !has("python3"),
}, async () => {
  const more = [
    GREETING.replace("client", "client, and welcome!"),
    GREETING + "        conn.sendall(b'\\n')\n",
  ];
  await Promise.all(more.map(async (script) => {
    const aim = python(script, "{host}", "{port}");
    const [says] = await judged("greeting_server", aim, "basic");
    assertEquals(says.finding, "it sent more than that");
  }));
  const right = python(GREETING, "{host}", "{port}");
  const verdicts = await judged("greeting_server", right);
  assertEquals(idsOf(verdicts, "passed"), ["says", "says-again", "closes"]);
});
