/**
 * Where the benchmarks work: a temporary folder, and the programs that run.
 *
 * @module
 */

import { Child } from "../child.ts";

/** How long a server may run, in ms: longer than any benchmark. */
export const SERVER_MS = 6 * 3600 * 1000;
/** The shell runs a command in its own place, with as many descriptors as allowed. */
const RUN = 'ulimit -n "$(ulimit -Hn)" 2>/dev/null; exec "$@"';

/** A peer failed, or is not to be had: its row says so, and the others go on. */
export class PeerFault extends Error {}

/**
 * A command as it is started: by a shell, where there is one. Where a foreign
 * program is, only a look tells, and no permission could name it beforehand.
 */
export function shellCommand(command: string[]): [string, string[]] {
  const [program, ...args] = command;
  if (Deno.build.os === "windows") return [program, args];
  return ["sh", ["-c", RUN, "sh", ...command]];
}

/** A temporary folder and child processes; all of them end with it. */
export class Workbench implements AsyncDisposable {
  /** The folder. */
  readonly folder: string;
  #children = new Set<Child>();

  /** Use {@linkcode Workbench.open}. */
  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the folder. */
  static async open(): Promise<Workbench> {
    return new Workbench(await Deno.makeTempDir({ prefix: "lab-bench-" }));
  }

  /** Starts a program. */
  start(command: string[], limitMs = SERVER_MS): Child {
    return this.keep(new Child(...shellCommand(command), { limitMs }));
  }

  /** Ends `child` with the workbench, unless it has ended by itself. */
  keep<C extends Child>(child: C): C {
    this.#children.add(child);
    child.result.then(() => this.#children.delete(child));
    return child;
  }

  /** Runs a program to its end. @throws {PeerFault} if it fails */
  async output(command: string[], limitMs?: number): Promise<string> {
    const { code, stdout, stderr } = await this.start(command, limitMs).result;
    if (code === 0) return stdout.trim();
    const said = stderr.trim().split("\n").at(-1);
    throw new PeerFault(said || `${command[0]} ended with ${code}`);
  }

  /** Ends all at once, for a program that is itself about to end. */
  end(): void {
    for (const child of this.#children) child.kill("SIGKILL");
    Deno.removeSync(this.folder, { recursive: true });
  }

  /** Ends what still runs, and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    await Promise.all([...this.#children].map(({ result }) => result));
    await Deno.remove(this.folder, { recursive: true });
  }
}
