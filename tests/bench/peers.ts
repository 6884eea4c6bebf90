/**
 * The echo servers that are compared, and how each is started. Each is written in
 * its language's own manner, as somebody who wants it fast would write it.
 *
 * @module
 */

import { type Child, start } from "../child.ts";
import { ownFile, type Tools } from "./tools.ts";
import { PeerFault, SERVER_MS, type Workbench } from "./workbench.ts";

/** The names that rows and targets refer to. */
export const OURS = "ours",
  BARE = "Deno, a bare loop",
  LIMIT = "C epoll",
  NODE = "Node";
/** How python3 is named, by module. */
export const ASYNCIO = "python3 asyncio", SOCKETSERVER = "python3 socketserver";

/** What a server speaks. */
export type Transport = "tcp" | "udp";

/** A server that runs. */
export type Server = Child & { port: number };

/** An echo server. */
export interface Peer {
  name: string;
  /** The most connections that it is asked to serve at once, all of them busy. */
  busy: number;
  /** The same if they are idle. */
  idle: number;
  /** Whether one process serves all; then its use of the processor is known. */
  isOneProcess: boolean;
  /** Starts it; returns when it listens. @throws {PeerFault} if it does not */
  start(): Promise<Server>;
}

/** The servers for a transport that this machine has, the practical limit first. */
export function peersFor(
  transport: Transport,
  bench: Workbench,
  { epollServer, python, node, socat }: Tools,
): Peer[] {
  const file = (name: string) => [ownFile(name), transport];
  const foreign = (
    name: string,
    program: string | undefined,
    args: readonly string[],
    limits: Partial<Peer> = {},
  ): Peer[] => {
    if (!program) return [];
    const run = () => bench.start([program, ...args]);
    return [peer(name, run, limits)];
  };
  const all = [
    ...foreign(LIMIT, epollServer, [transport]),
    // As a user starts it, with the permissions that it declares.
    peer(OURS, () => bench.keep(start(OWN_IDS[transport], QUIETLY, LONG))),
    ...foreign(BARE, DENO, [...RUN, ownFile("bare_server.ts"), transport]),
    ...foreign(NODE, node, file("node_server.mjs")),
    ...foreign(ASYNCIO, python, file("asyncio_server.py")),
    // With more busy threads it would be no comparison.
    ...foreign(SOCKETSERVER, python, file("socketserver_server.py"), {
      busy: 64,
    }),
  ];
  // It would start a process for every datagram.
  if (transport === "udp" || !socat) return all;
  const limits = { busy: 64, idle: 0, isOneProcess: false };
  const run = () => bench.start(socatCommand(socat, bench.folder));
  return [...all, peer("socat", run, limits)];
}

const OWN_IDS = { tcp: "echo_server", udp: "udp_server" };
const QUIETLY = ["--port", "0", "--quiet"];
const LONG = { limitMs: SERVER_MS };
const DENO = Deno.execPath();
const RUN = ["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1"];
const LISTENING = / port (\d+)$/;

function peer(name: string, run: () => Child, limits?: Partial<Peer>): Peer {
  return {
    name,
    busy: Infinity,
    idle: Infinity,
    isOneProcess: true,
    start: () => listening(run()),
    ...limits,
  };
}

/** Waits until a server says where it listens. @throws {PeerFault} if it does not */
export async function listening(child: Child): Promise<Server> {
  try {
    const line = await child.line(LISTENING);
    return Object.assign(child, { port: Number(LISTENING.exec(line)![1]) });
  } catch (error) {
    const said = (error as Error).message.trim().split("\n").at(-1);
    throw new PeerFault(`it does not start: ${said}`);
  }
}

// Of what it says about every connection only the first line is let through. It
// moves a page at a time: a longer write to its pipe may wait for a reader, which
// is itself.
function socatCommand(socat: string, folder: string): string[] {
  const script = `
    rm -f "$2"; mkfifo "$2"
    { sed -un 's/.* listening on .*:/listening on port /p; /port/q' &&
      exec cat >/dev/null; } <"$2" 2>/dev/null &
    exec "$1" -d -d -b4096 "$3" PIPE >/dev/null 2>"$2"`;
  const address = "TCP-LISTEN:0,bind=127.0.0.1,backlog=511,nodelay,fork";
  return ["sh", "-c", script, "sh", socat, `${folder}/socat`, address];
}
