/**
 * Machines that are set up unlike this one: only loopback, Debian's hosts file,
 * no name server, or one that does wrong and that the system's own resolver asks.
 * Each is a Linux namespace of its own; nothing here reaches a network.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { EXERCISES } from "../../exercises/lab.ts";
import { runArguments } from "../../lib/lab/child.ts";
import { Child, type Result, run } from "../child.ts";
import { has, type Program } from "../interop/peer.ts";
import { ADDRESS, type FaultName } from "./fault_name_server.ts";

const FOLDER = new URL("../../exercises/", import.meta.url);
const NAME_SERVER = new URL("fault_name_server.ts", import.meta.url);

/** A machine: what differs from one with loopback alone. */
interface Machine {
  /** Its name. */
  name?: string;
  /** The text of its hosts file. */
  hosts?: string;
  /** The text of its resolv.conf. */
  resolv?: string;
  /** Commands of the shell, run as its administrator. */
  setup?: string;
  /** Whether serveFaults() answers there at 127.0.0.1, port 53. */
  nameServer?: boolean;
}

const HOSTS = "127.0.0.1 localhost\n::1 localhost\n";
// The system's resolver waits 5 s and asks twice unless it is told otherwise.
const ASK_HERE = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n";

// Files are mounted over those in /etc, which stay as they are for all others.
const SCRIPT = `
set -e
PATH=$PATH:/usr/sbin:/sbin
over() {
  file=$(mktemp)
  printf %s "$2" > "$file"
  mount --bind "$file" "$1"
  rm "$file"
}
hostname "$1"
over /etc/hosts "$2"
over /etc/resolv.conf "$3"
ip link set lo up
eval "$4"
if [ -n "$5" ]; then
  ready=$(mktemp -u)
  mkfifo "$ready"
  "$6" run --quiet --no-prompt --allow-net=127.0.0.1 "$5" 53 > "$ready" &
  read -r line < "$ready"
  rm "$ready"
fi
deno=$6
shift 6
"$deno" "$@"
`;

// As root directly, or as an ordinary user in a user namespace. All that runs in
// it ends with its first process.
const UNSHARE = "--net --mount --uts --pid --kill-child";
const WAYS = [`--map-root-user ${UNSHARE}`, UNSHARE];

function command(way: string, machine: Machine, args: string[]): string[] {
  const { name = "pc7", hosts = HOSTS, resolv = "", setup = ":" } = machine;
  const nameServer = machine.nameServer ? NAME_SERVER.href : "";
  return [
    ...way.split(" "),
    ...["sh", "-c", SCRIPT, "sh", name, hosts, resolv, setup, nameServer],
    Deno.execPath(),
    ...args,
  ];
}

/** Why no such machine can be made here; `undefined` if one can. */
function obstacleTo(way: string): string | undefined {
  if (Deno.build.os !== "linux") return "this test is for Linux";
  const { state } = Deno.permissions.querySync({
    name: "run",
    command: "unshare",
  });
  if (state !== "granted") return "unshare is not permitted";
  try {
    const { code, stderr } = new Deno.Command("unshare", {
      args: command(way, {}, ["--version"]),
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

/** A test that runs programs on such machines, and perhaps needs a peer's program. */
function testMachines(
  name: string,
  body: () => Promise<void>,
  needs?: Program,
): void {
  Deno.test({
    name: name + reason,
    ignore: way === undefined || (needs !== undefined && !has(needs)),
    permissions: { run: ["unshare"] },
  }, body);
}

/** Runs an exercise there, with just the permissions that it needs. */
async function runOn(
  machine: Machine,
  id: string,
  args: string[] = [],
): Promise<Result> {
  const exercise = EXERCISES.find((one) => one.id === id)!;
  const deno = runArguments(exercise, args, FOLDER);
  await using child = new Child("unshare", command(way!, machine, deno));
  await child.end();
  return await child.result;
}

testMachines(
  "local_machine_info says that a machine has only loopback, and ends with 0",
  async () => {
    assertEquals(await runOn({}, "local_machine_info", ["--all"]), {
      code: 0,
      stdout: [
        "Host name: pc7",
        "IP address: none that another machine could reach",
        "lo: IPv4 127.0.0.1 (loopback)",
        "lo: IPv6 ::1 (loopback)",
        "",
      ].join("\n"),
      stderr: "",
    });
  },
);

testMachines(
  "local_machine_info does not stumble over a machine without any address",
  async () => {
    const machine = { setup: "ip link set lo down; ip address flush dev lo" };
    assertEquals(await runOn(machine, "local_machine_info", ["--all"]), {
      code: 0,
      stdout: "Host name: pc7\n" +
        "IP address: none that another machine could reach\n",
      stderr: "",
    });
  },
);

// What Debian and Ubuntu write when they are installed.
const DEBIAN: Machine = {
  name: "pc7",
  hosts: "127.0.0.1 localhost\n127.0.1.1 pc7\n",
  setup: `
ip link add eth0 type veth peer name eth1
ip address add 192.168.7.7/24 dev eth0
ip link set eth0 up
ip link set eth1 up
`,
};

testMachines(
  "local_machine_info shows the reachable address where the name maps to 127.0.1.1",
  async () => {
    assertEquals(await runOn(DEBIAN, "local_machine_info"), {
      code: 0,
      stdout: "Host name: pc7\nIP address: 192.168.7.7\n",
      stderr: "",
    });
    // The name does map there: this is what the program must not print.
    assertEquals(await runOn(DEBIAN, "remote_machine_info", ["pc7"]), {
      code: 0,
      stdout: "Remote host name: pc7\nIP address: 127.0.1.1\n",
      stderr: "",
    });
  },
);

testMachines(
  "local_machine_info shows hostile names of the machine and its interfaces as text",
  async () => {
    // hostname(1) refuses such a name, the system does not.
    const setup = `
python3 -c 'import socket; socket.sethostname(b"pc\\x1b[2J\\xe2\\x80\\xae")'
ip link add "$(printf 'a\\033[2J')" type veth peer name "$(printf 'b\\302\\233\\010')"
for link in $(printf 'a\\033[2J b\\302\\233\\010'); do
  ip link set "$link" up
  ip address add 192.168.7.7/24 dev "$link"
done
`;
    const { code, stdout, stderr } = await runOn(
      { setup },
      "local_machine_info",
      ["--all"],
    );
    assertEquals([code, stderr], [0, ""]);
    const lines = stdout.split("\n");
    assert(lines.includes("Host name: pc\\x1b[2J\\u{202e}"), stdout);
    assert(lines.includes("a\\x1b[2J: IPv4 192.168.7.7"), stdout);
    assert(lines.includes("b\\x9b\\x08: IPv4 192.168.7.7"), stdout);
    assert(!/[^\n\P{C}]/u.test(stdout), stdout);
  },
  "python3",
);

testMachines(
  "a name that only the hosts file knows is found, without any name server",
  async () => {
    const machine = {
      hosts: HOSTS + "192.0.2.44 only.lab\n127.0.0.1 here.lab\n",
    };
    assertEquals(await runOn(machine, "remote_machine_info", ["only.lab"]), {
      code: 0,
      stdout: "Remote host name: only.lab\nIP address: 192.0.2.44\n",
      stderr: "",
    });
    // Found, too, is who is refused there.
    const { code, stderr } = await runOn(machine, "echo_client", [
      ...["--host", "here.lab", "--port", "1"],
    ]);
    assertEquals(code, 69);
    assertMatch(stderr, /^echo_client: nothing is listening at here\.lab:1\n/);
  },
);

testMachines("an IP literal is itself, without any name server", async () => {
  const args = ["192.0.2.5", "127.0.0.1"];
  assertEquals(await runOn({}, "remote_machine_info", args), {
    code: 0,
    stdout: args.map((host) =>
      `Remote host name: ${host}\nIP address: ${host}\n`
    )
      .join(""),
    stderr: "",
  });
});

Deno.test({
  name: "remote_machine_info needs no permission for an IP literal",
  permissions: { run: [Deno.execPath()] },
}, async () => {
  const { code, stdout } = await run("remote_machine_info", ["192.0.2.5"], {
    flags: [],
  });
  assertEquals([code, stdout.includes("IP address: 192.0.2.5")], [0, true]);
});

/** Every program that takes a host, and the arguments for one. */
const CLIENTS: [id: string, args: (host: string) => string[]][] = [
  ["echo_client", (host) => ["--host", host]],
  ["message_client", (host) => ["--host", host]],
  ["welcome_client", (host) => ["--host", host]],
  ["greeting_client", (host) => ["--host", host]],
  ["udp_client", (host) => ["--host", host, "--count", "1"]],
  ["port_probe", (host) => [`${host}:9900`]],
];

for (const [id, args] of CLIENTS) {
  testMachines(
    `${id} ends with 75 and the reason where there is no resolv.conf to speak of`,
    async () => {
      const { code, stderr } = await runOn({}, id, args("pc1.lab.test"));
      assertEquals(code, 75, stderr);
      assertMatch(
        stderr,
        new RegExp(
          `^${id}: pc1\\.lab\\.test:\\d+: Temporary failure in name resolution\n` +
            "hint: check the network connection and the name server\n$",
        ),
      );
    },
  );
}

testMachines(
  "remote_machine_info says why where there is no resolv.conf to speak of",
  async () => {
    // The sheet wants exit code 1 of it for whatever fails.
    const { code, stdout, stderr } = await runOn({}, "remote_machine_info", [
      "pc1.lab.test",
    ]);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^Error accessing pc1\.lab\.test: .*name server.*\n$/);
  },
);

/** What the system's resolver makes of an answer, and what may be said of it. */
const SYSTEM: [faults: FaultName[], reason: RegExp][] = [
  // getaddrinfo(3) does not tell these two apart, so the words suit both.
  [["nxdomain", "nodata"], /: no IPv4 address .*known|knows no IPv4 address/],
  // Nor these: no answer, and one that refuses.
  [
    ["servfail", "refused", "notimp", "silent", "wrong-id", "garbage"],
    /: no name server answered.* would not|temporary failure/i,
  ],
];

for (const [faults, words] of SYSTEM) {
  testMachines(
    `remote_machine_info says honestly what the system's resolver says of: ${
      faults.join(", ")
    }`,
    async () => {
      const machine = { resolv: ASK_HERE, nameServer: true };
      const names = faults.map((fault) => `${fault}.test`);
      const { code, stdout, stderr } = await runOn(
        machine,
        "remote_machine_info",
        names,
      );
      assertEquals([code, stdout], [1, ""]);
      const lines = stderr.trim().split("\n");
      assertEquals(lines.length, names.length, stderr);
      for (const [index, name] of names.entries()) {
        assert(lines[index].startsWith(`Error accessing ${name}: `), stderr);
        assertMatch(lines[index], words);
      }
    },
  );
}

testMachines(
  "remote_machine_info finds what the system's resolver finds in spite of faults",
  async () => {
    const faults = ["good", "slow", "forged-first", "tc", "control"];
    const resolv = ASK_HERE.replace("timeout:1", "timeout:10");
    const { code, stdout, stderr } = await runOn(
      { resolv, nameServer: true },
      "remote_machine_info",
      faults.map((fault) => `${fault}.test`),
    );
    assertEquals([code, stderr], [0, ""]);
    assertEquals(
      stdout,
      faults.map((fault) =>
        `Remote host name: ${fault}.test\nIP address: ${ADDRESS}\n`
      ).join(""),
    );
  },
);

testMachines(
  "remote_machine_info survives what the system's resolver is sent: garbage, loops",
  async () => {
    const faults: FaultName[] = [
      "garbage-id",
      "empty",
      "header-only",
      "pointer-loop",
      "rdlength-long",
      "rdlength-short",
      "count-wrong",
      "cname-loop",
      "wrong-name",
      "wrong-question",
      "control-alone",
      "tc-closed",
    ];
    const { code, stdout, stderr } = await runOn(
      { resolv: ASK_HERE, nameServer: true },
      "remote_machine_info",
      faults.map((fault) => `${fault}.test`).concat("good.test"),
    );
    assertEquals(code, 1);
    assertMatch(
      stdout,
      /Remote host name: good\.test\nIP address: 192\.0\.2\.7\n$/,
    );
    const lines = stderr.trim().split("\n");
    for (const line of lines) {
      assertMatch(line, /^Error accessing [\w-]+\.test: /);
    }
  },
);
