/**
 * Machines that are set up unlike this one: only loopback, Debian's hosts file,
 * no name server, or one that does wrong and that the system's own resolver asks.
 * Nothing here reaches a network.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { run } from "../child.ts";
import { ADDRESS, type FaultName } from "./fault_name_server.ts";
import { HOSTS, type Machine, onMachines, runOn } from "./namespace.ts";

Deno.test(
  onMachines(
    "local_machine_info says that a machine has only loopback, and ends with 0",
  ),
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

Deno.test(
  onMachines(
    "local_machine_info does not stumble over a machine without any address",
  ),
  async () => {
    const machine = { setUp: "ip link set lo down; ip address flush dev lo" };
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
  hosts: "127.0.0.1 localhost\n127.0.1.1 pc7\n",
  setUp: `
ip link add eth0 type veth peer name eth1
ip address add 192.168.7.7/24 dev eth0
ip link set eth0 up
ip link set eth1 up
`,
};

Deno.test(
  onMachines(
    "local_machine_info shows the reachable address where the name maps to 127.0.1.1",
  ),
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

Deno.test(
  onMachines(
    "local_machine_info shows hostile names of the machine and its interfaces as text",
    "python3",
  ),
  async () => {
    // hostname(1) refuses such a name, the system does not.
    const setUp = `
python3 -c 'import socket; socket.sethostname(b"pc\\x1b[2J\\xe2\\x80\\xae")'
ip link add "$(printf 'a\\033[2J')" type veth peer name "$(printf 'b\\302\\233\\010')"
for link in $(printf 'a\\033[2J b\\302\\233\\010'); do
  ip link set "$link" up
  ip address add 192.168.7.7/24 dev "$link"
done
`;
    const { code, stdout, stderr } = await runOn(
      { setUp },
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
);

Deno.test(
  onMachines(
    "a name that only the hosts file knows is found, without any name server",
  ),
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

Deno.test(
  onMachines("an IP literal is itself, without any name server"),
  async () => {
    const args = ["192.0.2.5", "127.0.0.1"];
    assertEquals(await runOn({}, "remote_machine_info", args), {
      code: 0,
      stdout: args.map((host) =>
        `Remote host name: ${host}\nIP address: ${host}\n`
      )
        .join(""),
      stderr: "",
    });
  },
);

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
  Deno.test(
    onMachines(
      `${id} ends with 75 and the reason where there is no resolv.conf to speak of`,
    ),
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

Deno.test(
  onMachines(
    "remote_machine_info says why where there is no resolv.conf to speak of",
  ),
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
  Deno.test(
    onMachines(
      `remote_machine_info says honestly what the system's resolver says of: ${
        faults.join(", ")
      }`,
    ),
    async () => {
      // Side by side: to most of them the resolver waits for its whole time.
      await Promise.all(faults.map(async (fault) => {
        const name = `${fault}.test`;
        const { code, stdout, stderr } = await runOn(
          { hasNameServer: true },
          "remote_machine_info",
          [name],
        );
        assertEquals([code, stdout], [1, ""]);
        assert(stderr.startsWith(`Error accessing ${name}: `), stderr);
        assertMatch(stderr, words);
        assertEquals(stderr.split("\n").length, 2, stderr);
      }));
    },
  );
}

Deno.test(
  onMachines(
    "remote_machine_info finds what the system's resolver finds in spite of faults",
  ),
  async () => {
    const faults = ["good", "slow", "forged-first", "tc", "control"];
    const resolv = "nameserver 127.0.0.1\noptions timeout:10\n";
    const { code, stdout, stderr } = await runOn(
      { resolv, hasNameServer: true },
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

Deno.test(
  onMachines(
    "remote_machine_info survives what the system's resolver is sent: garbage, loops",
  ),
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
      { hasNameServer: true },
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

Deno.test(
  onMachines(
    "remote_machine_info asks a name server by IPv6 in vain where that is off",
  ),
  async () => {
    const setUp = "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6";
    const args = ["--name-server", "::1", "good.test"];
    assertEquals(await runOn({ setUp }, "remote_machine_info", args), {
      code: 1,
      stdout: "",
      stderr: "Error accessing good.test: the name server cannot be reached\n",
    });
  },
);
