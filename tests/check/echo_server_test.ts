import { assert, assertEquals } from "@std/assert";
import { ECHO_SERVER_RULES } from "../../lib/check/echo_server.ts";
import { has, type Program } from "../interop/peer.ts";
import { type Aim, failsJust, idsOf, judged, python } from "./judged.ts";

/** A python3 server in the sheet's style; `serve` is what it does with a client. */
function serving(serve: string, loop = THREADS): string {
  return PRELUDE + serve + loop;
}

const PRELUDE = `
import socket, sys, threading, traceback
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
`;
const THREADS = `
while True:
    threading.Thread(target=serve, args=server.accept(), daemon=True).start()
`;
const ONE_BY_ONE = `
while True:
    try:
        serve(*server.accept())
    except OSError:
        traceback.print_exc()
`;

const RIGHT = `
def serve(conn, address):
    with conn:
        while data := conn.recv(4096):
            conn.sendall(data)
            print(f"sent {len(data)} bytes back to {address}")
`;

/** It counts each read by itself, as the sheet's does. */
const SMALL_READS = RIGHT.replace("4096", "16");

/** One program for each mistake of the sheet's echo server, and the rule that names it. */
const MISTAKES: [mistake: string, script: string, rule: string][] = [
  [
    "sends more than it was sent, a moment later",
    serving(
      RIGHT.replace(
        "            print(",
        "            threading.Event().wait(0.03); conn.sendall(b'OK')\n            print(",
      ),
    ),
    "echo-reply",
  ],
  ["reads once", serving(RIGHT.replace("while", "if")), "echo-loop"],
  [
    "prints the data where the number belongs",
    serving(RIGHT.replace("{len(data)}", "{data}")),
    "echo-log-count",
  ],
  [
    "prints how many characters it sent",
    serving(
      RIGHT.replace("{len(data)}", "{len(data.decode(errors='ignore'))}"),
    ),
    "echo-log-count",
  ],
  [
    "prints wrong counts",
    serving(SMALL_READS.replace("{len(data)}", "16")),
    "echo-log-count",
  ],
  [
    "closes only if data came",
    serving(`
kept = []
def serve(conn, address):
    kept.append(conn)
    some = False
    while data := conn.recv(4096):
        some = True
        conn.sendall(data)
        print(f"sent {len(data)} bytes back to {address}")
    if some:
        conn.close()
`),
    "echo-empty-client",
  ],
  [
    "serves one client after another",
    serving(RIGHT, ONE_BY_ONE),
    "echo-silent-neighbour",
  ],
  [
    "serves one client after another, and gives up one that is silent",
    serving(
      RIGHT.replace("    with conn:", "    conn.settimeout(1)\n    with conn:"),
      ONE_BY_ONE,
    ),
    "echo-silent-neighbour",
  ],
  [
    "serves four clients at a time",
    serving(
      RIGHT,
      `
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(4)
while True:
    pool.submit(serve, *server.accept())
`,
    ),
    "echo-parallel",
  ],
  [
    "sends what one send takes",
    serving(`
def serve(conn, address):
    with conn:
        while data := conn.recv(4096):
            conn.setblocking(False)
            try:
                conn.send(data)
            except BlockingIOError:
                pass
            conn.setblocking(True)
            print(f"sent {len(data)} bytes back to {address}")
`),
    "echo-mebibyte",
  ],
  [
    "ends at the first reset",
    serving(`
import os
def serve(conn, address):
    try:
        with conn:
            while data := conn.recv(4096):
                conn.sendall(data)
                print(f"sent {len(data)} bytes back to {address}")
    except OSError:
        os._exit(1)
`),
    "echo-reset",
  ],
  [
    "is ended by SIGPIPE, as a server in C that looks at no result of send",
    serving(`
import signal
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
def serve(conn, address):
    with conn:
        try:
            while data := conn.recv(4096):
                try:
                    conn.sendall(data)
                except OSError:
                    pass
                print(f"sent {len(data)} bytes back to {address}")
        except OSError:
            pass
`),
    "echo-reset",
  ],
  [
    "decodes what it echoes",
    serving(RIGHT.replace(
      "conn.sendall(data)",
      "conn.sendall(data.decode('utf-8', 'replace').encode())",
    )),
    "echo-every-byte",
  ],
  [
    "answers when a client pauses, and drops the rest at the end of file",
    serving(`
def serve(conn, address):
    held = bytearray()
    with conn:
        while True:
            conn.settimeout(0.05)
            try:
                if not (data := conn.recv(4096)):
                    return
                held += data
            except TimeoutError:
                conn.settimeout(None)
                conn.sendall(held)
                if held:
                    print(f"sent {len(held)} bytes back to {address}")
                held = bytearray()
`),
    "echo-half-close",
  ],
];

Deno.test({
  name: "check fails just the rule that names an echo server's mistake",
  ignore: !has("python3"),
}, () => failsJust("echo_server", MISTAKES, "{host}", "{port}"));

Deno.test({
  name: "check passes by the basic rules what only does as the sheet shows",
  ignore: !has("python3"),
}, async () => {
  const sheet = python(
    serving(RIGHT.replace("while", "if"), ONE_BY_ONE),
    "{host}",
    "{port}",
  );
  const verdicts = await judged("echo_server", sheet, "basic");
  assertEquals(idsOf(verdicts, "passed"), ["echo-reply", "echo-next-client"]);
});

Deno.test({
  name: "check names every mistake of the sheet's own echo server",
  ignore: !has("python3"),
}, async () => {
  const original = python(
    `${PRELUDE}
while True:
    conn, address = server.accept()
    data = conn.recv(4096)
    if data:
        conn.sendall(data)
        print("sent", data, "bytes back to", address)
        conn.close()
`,
    "{host}",
    "{port}",
  );
  const verdicts = await judged("echo_server", original);
  // It ends at a reset only if that arrives before it has read: not every time.
  const failed = idsOf(verdicts, "failed").filter((id) => id !== "echo-reset");
  assertEquals(failed, [
    "echo-loop",
    "echo-empty-client",
    "echo-silent-neighbour",
    "echo-log-count",
  ]);
});

Deno.test({
  name:
    "check passes by every rule a server in python3 that reads little by little",
  ignore: !has("python3"),
}, async () => {
  const aim = python(serving(SMALL_READS), "{host}", "{port}");
  const verdicts = await judged("echo_server", aim);
  assertEquals(
    idsOf(verdicts, "passed"),
    ECHO_SERVER_RULES.map(({ id }) => id),
    JSON.stringify(verdicts),
  );
});

Deno.test("check passes our echo server by every rule, in less than 15 s", async () => {
  const start = performance.now();
  const verdicts = await judged("echo_server", undefined);
  assertEquals(
    idsOf(verdicts, "passed"),
    ECHO_SERVER_RULES.map(({ id }) => id),
    JSON.stringify(verdicts),
  );
  assert(performance.now() - start < 15_000);
});

/** Servers that nobody here wrote; none prints the sheet's lines. */
const PEERS: [name: string, program: Program, Aim][] = [
  [
    "python3's socketserver",
    "python3",
    {
      command: [
        "python3",
        "-c",
        `
import socketserver, sys
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(4096):
            self.request.sendall(data)
class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64
Server((sys.argv[1], int(sys.argv[2])), Echo).serve_forever()
`,
        "{host}",
        "{port}",
      ],
    },
  ],
  [
    "python3's asyncio streams",
    "python3",
    {
      command: [
        "python3",
        "-c",
        `
import asyncio, sys
async def echo(reader, writer):
    try:
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
async def main():
    server = await asyncio.start_server(echo, sys.argv[1], int(sys.argv[2]))
    await server.serve_forever()
asyncio.run(main())
`,
        "{host}",
        "{port}",
      ],
    },
  ],
  [
    "socat",
    "socat",
    {
      command: [
        "socat",
        "-t10",
        "TCP-LISTEN:{port},bind={host},reuseaddr,fork",
        "EXEC:cat",
      ],
    },
  ],
];

for (const [name, program, aim] of PEERS) {
  Deno.test({
    name: `check passes ${name} by every rule but the sheet's console line`,
    ignore: !has(program),
  }, async () => {
    const verdicts = await judged("echo_server", aim);
    assertEquals(
      idsOf(verdicts, "failed"),
      ["echo-log-count"],
      JSON.stringify(verdicts),
    );
  });
}
