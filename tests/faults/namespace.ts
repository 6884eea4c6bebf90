/**
 * Machines that are set up unlike this one: with another name, other files in
 * /etc, a network of their own. Each is made of Linux namespaces for one program,
 * an ordinary user there; nothing in it reaches a real network, and this machine
 * stays as it is.
 *
 * @module
 */

import { Child, type ChildOptions, commandOf, type Result } from "../child.ts";
import { type Command, has, type Program } from "../interop/peer.ts";

/** A machine: what differs from one with loopback alone. */
export interface Machine {
  /** Its name. */
  name?: string;
  /** The text of its hosts file. */
  hosts?: string;
  /** The text of its resolv.conf. */
  resolv?: string;
  /** Commands of the shell, run as its administrator. */
  setUp?: string;
  /** Whether fault_name_server.ts answers there, and is asked for all names. */
  hasNameServer?: boolean;
  /** Whether it has this machine's network, in the place of its own. */
  sharesNetwork?: boolean;
  /** What its administrator runs; to start the program is left to it. */
  through?: Command;
}

/** Addresses for documentation (RFC 5737), as a machine's own network has them. */
export const NOWHERE = {
  /** What is sent there is never answered. */
  blackHole: "192.0.2.7",
  /** A router says that there is no such host (EHOSTUNREACH). */
  noHost: "198.51.100.7",
  /** There is no route (ENETUNREACH). */
  noRoute: "203.0.113.7",
};

/** A hosts file that knows this machine alone. */
export const HOSTS = "127.0.0.1 localhost\n::1 localhost\n";

// The system's resolver waits 5 s and asks twice unless it is told otherwise.
const ASK_HERE = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n";
const NAME_SERVER = new URL("fault_name_server.ts", import.meta.url);

// Files are mounted over those in /etc, which stay as they are for all others.
const SET_UP = `set -e
PATH=$PATH:/usr/sbin:/sbin
put() {
  file=$(mktemp)
  printf %s "$2" > "$file"
  mount --bind "$file" "$1"
  rm "$file"
}
hostname "$1"
put /etc/hosts "$2"
put /etc/resolv.conf "$3"
`;
const NETWORK = `ip link set lo up
ip route add 192.0.2.0/24 dev lo
ip route add unreachable 198.51.100.0/24
`;
// It ends when the shell does, or rather the program that the shell becomes.
const START_NAME_SERVER = `ready=$(mktemp -u)
mkfifo "$ready"
setpriv --pdeathsig KILL "$4" run --quiet --no-prompt --allow-net=127.0.0.1 \\
  "$5" 53 > "$ready" &
read -r line < "$ready"
rm "$ready"
`;
const BECOME_PROGRAM = 'shift 5\nexec "$@"\n';

// Whoever runs the test, the program may do no more than anybody else.
const UNPRIVILEGED = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];

/** As an ordinary user in a user namespace, or as root without one. */
const WAYS = [["--map-root-user"], []];

/** The arguments of `unshare` that run `program` on a machine. */
function unshare(way: string[], machine: Machine, program: string[]): string[] {
  const { name = "pc7", hosts = HOSTS, setUp = "", through = [] } = machine;
  const { hasNameServer = false, sharesNetwork = false } = machine;
  const { resolv = hasNameServer ? ASK_HERE : "" } = machine;
  const script = SET_UP + (sharesNetwork ? "" : NETWORK) + setUp + "\n" +
    (hasNameServer ? START_NAME_SERVER : "") + BECOME_PROGRAM;
  return [
    ...[...way, "--mount", "--uts", ...sharesNetwork ? [] : ["--net"]],
    ...["sh", "-c", script, "sh", name, hosts, resolv],
    ...[Deno.execPath(), NAME_SERVER.href],
    ...[...through, ...UNPRIVILEGED, ...program],
  ];
}

/** Why no machine can be made this way; `undefined` if one can. */
function obstacleTo(way: string[]): string | undefined {
  if (Deno.build.os !== "linux") return "this test is for Linux";
  const { state } = Deno.permissions.querySync({
    name: "run",
    command: "unshare",
  });
  if (state !== "granted") return "unshare is not permitted";
  try {
    const { code, stderr } = new Deno.Command("unshare", {
      args: unshare(way, {}, ["true"]),
    }).outputSync();
    if (code === 0) return undefined;
    return new TextDecoder().decode(stderr).trim() ||
      `unshare ends with ${code}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "unshare is missing";
    throw error;
  }
}

const way = WAYS.find((one) => obstacleTo(one) === undefined);
const reason = way ? "" : ` (left out: ${obstacleTo(WAYS[0])})`;

/**
 * What a test has to say of itself that runs programs on such machines: it is left
 * out where none can be made, or where a program that it `needs` is missing.
 *
 * ```ts ignore
 * Deno.test(onMachines("udp_client …"), async () => {
 *   const { code } = await runOn({ resolv: "" }, "udp_client");
 * });
 * ```
 */
export function onMachines(
  name: string,
  ...needs: Program[]
): Omit<Deno.TestDefinition, "fn"> {
  return {
    name: name + reason,
    ignore: way === undefined || !needs.every(has),
    permissions: { run: ["unshare"] },
  };
}

/** Starts an exercise on a machine; it is ended when it goes out of scope. */
export function startOn(
  machine: Machine,
  id: string,
  args: string[] = [],
  options?: ChildOptions,
): Child {
  const program = commandOf(id, args, options?.flags);
  return new Child("unshare", unshare(way!, machine, program), options);
}

/** Runs an exercise on a machine to its end. */
export async function runOn(
  machine: Machine,
  id: string,
  args: string[] = [],
  options?: ChildOptions,
): Promise<Result> {
  await using child = startOn(machine, id, args, options);
  return await child.result;
}
