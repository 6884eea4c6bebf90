/**
 * What a program has started, wherever it went: a process group loses those that
 * begin a session of their own, as a daemon does, but all inherit the environment.
 *
 * @module
 */

/** The environment variable whose value marks a program and its descendants. */
export const MARK = "SDN_LAB_CHECK";

/** How many times to look again for what was started while others were ended. */
const MOST_LOOKS = 3;

/** Ends all processes with this mark; only Linux shows which they are. */
export async function endMarked(mark: string): Promise<void> {
  if (Deno.build.os !== "linux") return;
  for (let look = 0; look < MOST_LOOKS; look++) {
    const pids = await marked(mark);
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid, "SIGKILL");
  }
}

/** Sends a signal; a process that has ended is left alone. */
export function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
  }
}

// By grep, since Deno itself reads an environment only with all permissions.
async function marked(mark: string): Promise<number[]> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", 'grep -ls "$0" /proc/[0-9]*/environ', `${MARK}=${mark}`],
    stdin: "null",
    stderr: "null",
  }).output().catch(() => ({ stdout: new Uint8Array() })); // no shell, no room for one
  return Array.from(new TextDecoder().decode(stdout).matchAll(/\d+/g), Number);
}
