import { assertEquals } from "@std/assert";
import { ECHO_CLIENT_RULES } from "../../lib/check/echo_client.ts";
import { has } from "../interop/peer.ts";
import { type Aim, failsJust, idsOf, judged, python } from "./judged.ts";

/** A client that makes no mistake; each mistake below is one change to it. */
const RIGHT = `
import socket, sys
message = sys.argv[3].encode()
try:
    with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=2) as conn:
        conn.sendall(message)
        received = b""
        while len(received) < len(message):
            data = conn.recv(1024)
            if not data:
                sys.exit("the server closed early")
            received += data
        print("Received:", received)
        if received != message:
            sys.exit("the echo differs")
except OSError as error:
    sys.exit(f"no echo: {error}")
`;

/** The same as the sheet's: it prints each read. */
const READ_BY_READ = RIGHT.replace('        print("Received:", received)\n', "")
  .replace("conn.recv(1024)", "conn.recv(16)")
  .replace(
    "            received += data",
    '            print("Received:", data)\n            received += data',
  );

/** It ends as C programs do by exit(-1), and says where on a line of its own. */
const EXIT_255 = RIGHT.replace(
  'sys.exit(f"no echo: {error}")',
  'print("no server\\n    at %s:%s: %s" % (*sys.argv[1:3], error), file=sys.stderr); sys.exit(-1)',
);

const client = (script: string): Aim =>
  python(script, "{host}", "{port}", "{text}");

const MISTAKES: [mistake: string, script: string, rule: string][] = [
  [
    "reads once",
    RIGHT.replace("while len(received) < len(message)", "for once in [1]")
      .replace("received != message", "received != message[:len(received)]"),
    "client-reads-all",
  ],
  [
    "waits a second, and reads once",
    RIGHT.replace("while len(received) < len(message)", "for once in [1]")
      .replace("received != message", "received != message[:len(received)]")
      .replace(
        "            data =",
        "            import time; time.sleep(1); data =",
      ),
    "client-reads-all",
  ],
  [
    "does not wait for its echo",
    RIGHT.replace(
      "while len(received)",
      "received = message\n        while len(received)",
    ),
    "client-sends",
  ],
  [
    "prints what it sent",
    RIGHT.replace('"Received:", received', '"Received:", message'),
    "client-shows",
  ],
  [
    "counts characters",
    RIGHT.replace(
      "len(received) < len(message)",
      "len(received) < len(sys.argv[3])",
    ).replace("received != message", "received != message[:len(received)]"),
    "client-counts-bytes",
  ],
  [
    "reads on for ever when the server has closed",
    RIGHT.replace('sys.exit("the server closed early")', "continue"),
    "client-early-close",
  ],
  [
    "does not look at what came back",
    RIGHT.replace("received != message", "False"),
    "client-wrong-answer",
  ],
  [
    "has no timeout",
    RIGHT.replace(", timeout=2", ""),
    "client-timeout",
  ],
  [
    "has an error in its error handling",
    RIGHT.replace(
      'sys.exit(f"no echo: {error}")',
      'sys.exit(str(error) if "timed" in str(error) else error[1])',
    ),
    "client-refused",
  ],
  [
    "says nothing when there is no server",
    RIGHT.replace('f"no echo: {error}"', "1"),
    "client-refused",
  ],
  [
    "is ended by a signal when there is no server",
    RIGHT.replace(
      'sys.exit(f"no echo: {error}")',
      'sys.exit(1) if "timed" in str(error) else __import__("os").abort()',
    ),
    "client-refused",
  ],
  [
    "panics as Rust does when there is no server",
    RIGHT.replace(
      'f"no echo: {error}"',
      "\"thread 'main' panicked at src/main.rs:7:62:\"",
    ),
    "client-refused",
  ],
  [
    "leaves the error to Ruby",
    RIGHT.replace(
      'f"no echo: {error}"',
      '"c.rb:3:in `initialize\': Connection refused (Errno::ECONNREFUSED)"',
    ),
    "client-refused",
  ],
  [
    "leaves the error to Node",
    RIGHT.replace(
      'f"no echo: {error}"',
      '"Error: connect\\n    at TCPConnectWrap.done (node:net:1555:16) {\\n}"',
    ),
    "client-refused",
  ],
  [
    "sends a line end behind its message",
    RIGHT.replace(
      "        received = b",
      '        __import__("time").sleep(.05); conn.sendall(b"\\n")\n        received = b',
    ),
    "client-sends",
  ],
];

Deno.test({
  name: "check fails just the rule that names an echo client's mistake",
  ignore: !has("python3"),
}, () => failsJust("echo_client", MISTAKES, "{host}", "{port}", "{text}"));

Deno.test({
  name:
    "check passes our echo client, and right ones in python3, by every rule",
  ignore: !has("python3"),
}, async () => {
  const all = ECHO_CLIENT_RULES.map(({ id }) => id);
  const right = [RIGHT, READ_BY_READ, EXIT_255].map(client);
  await Promise.all([undefined, ...right].map(async (aim) => {
    const verdicts = await judged("echo_client", aim);
    assertEquals(idsOf(verdicts, "passed"), all, JSON.stringify(verdicts));
  }));
});

Deno.test({
  name: "check says of a client that decodes each read what it does",
  ignore: !has("python3"),
}, async () => {
  const decoding = client(
    RIGHT.replace("received += data", "data.decode(); received += data"),
  );
  const verdicts = await judged("echo_client", decoding);
  const failed = verdicts.filter(({ outcome }) => outcome === "failed");
  assertEquals(failed.map(({ id, likely }) => [id, likely]), [[
    "client-counts-bytes",
    "it decodes each read, which may end inside a character",
  ]]);
});

Deno.test({
  name: "check leaves out what needs {text}, and says so",
  ignore: !has("python3"),
}, async () => {
  const verdicts = await judged(
    "echo_client",
    python(
      RIGHT.replace("sys.argv[3]", '"Test message: SDN course examples"'),
      "{host}",
      "{port}",
    ),
  );
  assertEquals(idsOf(verdicts, "skipped"), ["client-counts-bytes"]);
  assertEquals(idsOf(verdicts, "failed"), []);
});
