/**
 * Which foreign programs this machine has.
 *
 * @module
 */

import { PeerFault, type Workbench } from "./workbench.ts";

/** The file of each program; what is missing is `undefined`. */
export interface Tools {
  /** The load generator. */
  load?: string;
  /** The echo server in C. */
  epollServer?: string;
  /** The name server in C. */
  nameServer?: string;
  python?: string;
  node?: string;
  socat?: string;
}

// The interpreter itself, and not a script in front of it that chooses one; the
// system's if it can be: others carry packages that take their time at each start.
async function findPython(bench: Workbench): Promise<string | undefined> {
  const script = "import argparse, asyncio, socketserver, sys; " +
    "print(sys.executable)";
  return await attempt(bench, ["/usr/bin/python3", "-c", script]) ??
    await attempt(bench, ["python3", "-c", script]);
}

const REAL_NODE = "process.versions.deno ? process.exit(1) : process.execPath";

/** Finds the programs, and compiles those in C. */
export async function findTools(bench: Workbench): Promise<Tools> {
  const [python, node, socat, cc] = await Promise.all([
    findPython(bench),
    // Where there is no Node, programs that Deno starts find Deno by that name.
    attempt(bench, ["node", "-p", REAL_NODE]),
    find(bench, "socat"),
    find(bench, "cc"),
  ]);
  // epoll(7) is Linux's own.
  if (!cc || Deno.build.os !== "linux") return { python, node, socat };
  const [load, epollServer, nameServer] = await Promise.all(
    ["load", "epoll_server", "name_server"].map((name) =>
      compile(bench, cc, name)
    ),
  );
  return { load, epollServer, nameServer, python, node, socat };
}

/** The path of a file beside this one. */
export function ownFile(name: string): string {
  const { pathname } = new URL(name, import.meta.url);
  return decodeURIComponent(pathname).replace(/^\/(?=[A-Za-z]:)/, "");
}

async function compile(
  bench: Workbench,
  cc: string,
  name: string,
): Promise<string | undefined> {
  const program = `${bench.folder}/${name}`;
  const command = [cc, "-O2", "-o", program, ownFile(`${name}.c`)];
  // A compiler may be there without the headers of C.
  const said = await attempt(bench, command);
  return said === undefined ? undefined : program;
}

function find(bench: Workbench, name: string): Promise<string | undefined> {
  return attempt(bench, ["sh", "-c", `command -v ${name}`]);
}

async function attempt(
  bench: Workbench,
  command: string[],
): Promise<string | undefined> {
  try {
    return await bench.output(command);
  } catch (error) {
    // No such program; or, as on Windows, no shell that may look for it.
    const { NotFound, NotCapable } = Deno.errors;
    const isMissing = [PeerFault, NotFound, NotCapable].some((reason) =>
      error instanceof reason
    );
    if (!isMissing) throw error;
  }
}
