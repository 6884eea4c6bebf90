/**
 * Peers that nobody here wrote, for tests that our programs speak the same TCP,
 * UDP and DNS as everybody else.
 *
 * @module
 */

import { getAvailablePort } from "@std/net/get-available-port";
import { Child, type ChildOptions } from "../child.ts";

/** How each program names itself: other programs are installed as `nc`, too. */
const NAMES = {
  dig: ["-v", "DiG"],
  dnsmasq: ["--version", "Dnsmasq"],
  nc: ["-h", "OpenBSD netcat"],
  ncat: ["--version", "Ncat"],
  python3: ["--version", "Python 3"],
  script: ["--version", "util-linux"],
  socat: ["-V", "socat version"],
} as const;

/** A foreign program that tests use. */
export type Program = keyof typeof NAMES;

const installed = new Set(
  (Object.keys(NAMES) as Program[]).filter(isInstalled),
);

/** Whether this machine has IPv6's loopback. */
export function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** Whether a program is installed, and these tests may run it. */
export function has(program: Program): boolean {
  return installed.has(program);
}

/** The permissions of a test that runs our programs and foreign ones, at free ports. */
export function runs(...programs: Program[]): Deno.PermissionOptionsObject {
  return { run: [Deno.execPath(), ...programs], net: ["127.0.0.1:0"] };
}

/** A command line: a foreign program and its arguments. */
export type Command = [program: Program, ...args: string[]];

/** Starts a foreign program; it is killed when it goes out of scope. */
export function startPeer(
  [program, ...args]: Command,
  options?: ChildOptions,
): Child {
  return new Child(program, args, options);
}

/** Starts a foreign server, and waits until it says at which port it listens. */
export async function servePeer(
  command: Command,
  options?: ChildOptions,
): Promise<Child & { port: number }> {
  const child = startPeer(command, options);
  const line = await child.line(LISTENING);
  return Object.assign(child, { port: Number(LISTENING.exec(line)![1]) });
}

const LISTENING = /(?:listening|receiving|bound) on .*\b(\d+)$/i;

/** A python3 program, with what all of them need before it. */
export function python(script: string, ...args: unknown[]): Command {
  return ["python3", "-c", PRELUDE + script, ...args.map(String)];
}

const PRELUDE = `
import os, random, socket, socketserver, struct, sys, threading

def connect(port):
    conn = socket.create_connection(("127.0.0.1", int(port)), timeout=10)
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return conn

def read_to_end(conn):
    return b"".join(iter(lambda: conn.recv(65536), b""))

def listening(sock):
    print("listening on", *sock.getsockname(), flush=True)

def relay(conn):
    def send():
        while data := os.read(0, 65536):
            conn.sendall(data)
        conn.shutdown(socket.SHUT_WR)
    sending = threading.Thread(target=send, daemon=True)
    sending.start()
    while data := conn.recv(65536):
        os.write(1, data)
    sending.join(0.5)  # the peer may have sent all before this side has
`;

/**
 * A program that joins its own input and output to a TCP connection, and
 * half-closes it at the end of the input.
 */
export interface Netcat {
  program: Program;
  connect: (port: number) => Command;
  listen: () => Command;
}

/** Those that are used here; python3 with a few lines. */
export const NETCATS: Netcat[] = [
  {
    program: "python3",
    connect: (port) => python("relay(connect(sys.argv[1]))", port),
    listen: () =>
      python(`
server = socket.create_server(("127.0.0.1", 0))
listening(server)
relay(server.accept()[0])
`),
  },
  {
    program: "socat",
    connect: (port) => ["socat", "-t10", "-", `TCP:127.0.0.1:${port}`],
    listen: () => [
      "socat",
      "-d",
      "-d",
      "-t10",
      "-",
      "TCP-LISTEN:0,bind=127.0.0.1,reuseaddr",
    ],
  },
  {
    program: "ncat",
    connect: (port) => ["ncat", "127.0.0.1", `${port}`],
    listen: () => ["ncat", "-v", "-l", "127.0.0.1", `${getAvailablePort()}`],
  },
  {
    program: "nc",
    connect: (port) => ["nc", "-N", "127.0.0.1", `${port}`],
    listen: () => ["nc", "-N", "-v", "-l", "127.0.0.1", "0"],
  },
];

function isInstalled(program: Program): boolean {
  const [flag, name] = NAMES[program];
  try {
    const { stdout, stderr } = new Deno.Command(program, { args: [flag] })
      .outputSync();
    return [stdout, stderr].some((said) =>
      new TextDecoder().decode(said).includes(name)
    );
  } catch (error) {
    const { NotFound, NotCapable } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotCapable) return false;
    throw error;
  }
}
