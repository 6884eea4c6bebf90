/**
 * The processes of this machine, for tests that look whether some are left.
 *
 * @module
 */

/** A process, as the system numbers it and what belongs to it. */
export interface Process {
  pid: number;
  parent: number;
  group: number;
}

// Not every Linux has ps(1); its files in /proc have the same four numbers first,
// but for the name in parentheses.
const LIST = `
if [ -d /proc/self ]; then sed 's/(.*)//' /proc/[0-9]*/stat 2>/dev/null
else ps -A -o pid= -o stat= -o ppid= -o pgid=
fi
true`;

/** All processes but those that have ended and only wait for their parent. */
export async function processes(): Promise<Process[]> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", LIST] })
    .output();
  return new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, state]) => !state.startsWith("Z"))
    .map(([pid, , parent, group]) => ({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
    }));
}
