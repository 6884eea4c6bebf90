/**
 * Servers that cannot be reached: each client has to say so in one clear line,
 * in time. Where nothing answers is a machine in a namespace; nothing here reaches
 * a network.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { EXERCISES } from "../../exercises/lab.ts";
import { EXIT } from "../../lib/exit_code.ts";
import { explain } from "../../lib/explain.ts";
import { located } from "../../lib/fault.ts";
import { type Result, run } from "../child.ts";
import { close, faultServer, fullServer, reset } from "./fault_server.ts";
import {
  type Machine,
  NOWHERE,
  onMachines,
  runOn,
  startOn,
} from "./namespace.ts";

const CHILDREN = { run: [Deno.execPath()], net: ["127.0.0.1"] };
/** Far less than the minutes that a system takes, far more than the limit. */
const SOON_MS = 10_000;

const CLIENTS = EXERCISES.filter(({ role }) => role === "client")
  .map(({ id }) => id);
const TCP_CLIENTS = CLIENTS.filter((id) => id !== "udp_client");

/** It says just this, in one line, and what to do in another. */
function assertFailed(
  id: string,
  { code, stderr }: Result,
  expected: number,
  message: string,
  hint: string,
): void {
  assertEquals([code, stderr], [
    expected,
    `${id}: ${message}\nhint: ${hint}\n`,
  ]);
}

for (const id of TCP_CLIENTS) {
  Deno.test({
    name: `${id} ends with 69 where nobody listens, and says what to do`,
    permissions: CHILDREN,
  }, async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const result = await run(id, ["--port", `${port}`]);
    assertFailed(
      id,
      result,
      69,
      `nothing is listening at 127.0.0.1:${port}`,
      "start the server first, and give both the same host and port",
    );
    const started = `Connecting to 127.0.0.1 port ${port}\n`;
    assertEquals(result.stdout, id === "echo_client" ? started : "");
  });
}

Deno.test(
  onMachines("a client that got the port it connects to finds nobody there"),
  async () => {
    // Two ports: Linux takes the first for a client.
    const machine = {
      setUp: "echo 50001 50002 > /proc/sys/net/ipv4/ip_local_port_range",
    };
    assertFailed(
      "echo_client",
      await runOn(machine, "echo_client", ["--port", "50001"]),
      69,
      "nothing is listening at 127.0.0.1:50001",
      "start the server first, and give both the same host and port",
    );
    const { stdout } = await runOn(machine, "port_probe", ["127.0.0.1:50001"]);
    assertEquals(stdout, "127.0.0.1:50001 closed (ECONNREFUSED)\n");
  },
);

const WAIT_LONGER =
  "check the address and the firewall, or wait longer with --timeout";
const NO_WAY = "check the address, and that both PCs are on the same network";

Deno.test({
  name: "clients give up a server whose queue is full, each at its time limit",
  permissions: CHILDREN,
  ignore: Deno.build.os !== "linux", // elsewhere a full queue refuses
}, async () => {
  using server = await fullServer();
  // Side by side, as all that wait here for their time to run out.
  await Promise.all(TCP_CLIENTS.map(async (id) => {
    const args = ["--port", `${server.port}`, "--timeout", "0.5"];
    const result = await timed(500, () => run(id, args));
    const message = `127.0.0.1:${server.port}: no answer within 0.5 s`;
    assertFailed(id, result, 75, message, WAIT_LONGER);
  }));
});

// Where a client of such a network is sent, and what it has to say about it.
const UNREACHABLE: [string, string, number, string, string][] = [
  [
    "is a black hole",
    NOWHERE.blackHole,
    75,
    `${NOWHERE.blackHole}:9: no answer within 0.5 s`,
    WAIT_LONGER,
  ],
  [
    "is not there (EHOSTUNREACH)",
    NOWHERE.noHost,
    69,
    `${NOWHERE.noHost}:9 cannot be reached: there is no route to that host`,
    NO_WAY,
  ],
  [
    "is behind no route (ENETUNREACH)",
    NOWHERE.noRoute,
    69,
    `${NOWHERE.noRoute}:9 cannot be reached: there is no route to that host`,
    NO_WAY,
  ],
];

for (const [fault, host, code, message, hint] of UNREACHABLE) {
  Deno.test(
    onMachines(`clients end with ${code} where the host ${fault}`),
    async () => {
      await Promise.all(TCP_CLIENTS.map(async (id) => {
        const args = ["--host", host, "--port", "9", "--timeout", "0.5"];
        const result = await timed(
          code === 75 ? 500 : 0,
          () => runOn({}, id, args),
        );
        assertFailed(id, result, code, message, hint);
      }));
    },
  );
}

Deno.test(
  onMachines("udp_client ends with 69 where there is no route to the host"),
  async () => {
    for (const host of [NOWHERE.noHost, NOWHERE.noRoute]) {
      assertFailed(
        "udp_client",
        await runOn({}, "udp_client", ["--host", host, "--port", "9"]),
        69,
        `${host}:9 cannot be reached: there is no route to that host`,
        NO_WAY,
      );
    }
  },
);

Deno.test(
  onMachines("clients end with 77 where this machine forbids the address"),
  async () => {
    const setUp = "ip route add prohibit 203.0.113.0/24";
    const host = NOWHERE.noRoute;
    await Promise.all([...TCP_CLIENTS, "udp_client"].map(async (id) => {
      assertFailed(
        id,
        await runOn({ setUp }, id, ["--host", host, "--port", "9"]),
        77,
        `the system does not allow it: ${host}:9: Permission denied`,
        "a firewall or a route of this PC forbids that address",
      );
    }));
  },
);

Deno.test(
  onMachines("clients end with 69 at ::1 where IPv6 is switched off"),
  async () => {
    const setUp = "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6";
    await Promise.all(TCP_CLIENTS.map(async (id) => {
      const args = ["--host", "::1", "--port", "9"];
      assertFailed(
        id,
        await runOn({ setUp }, id, args),
        69,
        "[::1]:9 cannot be reached: there is no route to that host",
        "this PC has IPv6 switched off, or its loopback interface is down: " +
          "use 127.0.0.1, or ip link set lo up",
      );
    }));
  },
);

Deno.test(
  onMachines(
    "port_probe tells silent and unreachable hosts apart, by their codes",
  ),
  async () => {
    const ports = [NOWHERE.noHost, NOWHERE.blackHole, NOWHERE.noRoute]
      .map((host) => `${host}:9`);
    assertEquals(
      await runOn({}, "port_probe", ["--seconds", "0.5", ...ports]),
      {
        code: 0,
        stdout: `${ports[0]} unreachable (EHOSTUNREACH)\n` +
          `${ports[1]} no answer in 0.5 s (ETIMEDOUT)\n` +
          `${ports[2]} unreachable (ENETUNREACH)\n`,
        stderr: "",
      },
    );
  },
);

Deno.test(
  onMachines("clients end with 68 where the name server knows no such name"),
  async () => {
    const name = "nxdomain.test";
    for (const id of CLIENTS) {
      const args = ["--host", name, "--port", "9"];
      assertFailed(
        id,
        await runOn({ hasNameServer: true }, id, args),
        68,
        `${name}:9: Name or service not known`,
        "check the spelling of the name",
      );
    }
  },
);

Deno.test(
  onMachines(
    "port_probe goes on after a name that is not known, and ends with 68",
  ),
  async () => {
    const ports = ["nxdomain.test:9", "127.0.0.1:9"];
    assertEquals(
      await runOn({ hasNameServer: true }, "port_probe", ports),
      {
        code: 68,
        stdout: "127.0.0.1:9 closed (ECONNREFUSED)\n",
        stderr: "port_probe: nxdomain.test:9: Name or service not known\n" +
          "hint: check the spelling of the name\n",
      },
    );
  },
);

/** A machine that asks the name server `address` for all names. */
function withNameServer(address: string): Machine {
  return { resolv: `nameserver ${address}\n` };
}

Deno.test(
  onMachines(
    "clients end with 75 where the name server does not answer in time",
  ),
  async () => {
    const machine = withNameServer(NOWHERE.blackHole);
    await Promise.all(TCP_CLIENTS.map(async (id) => {
      const args = ["--host", "pc7.lab.test", "--port", "9"];
      const result = await timed(
        500,
        () => runOn(machine, id, [...args, "--timeout", "0.5"]),
      );
      const message = "pc7.lab.test:9: no answer within 0.5 s";
      assertFailed(id, result, 75, message, WAIT_LONGER);
    }));
  },
);

Deno.test(
  onMachines(
    "udp_client ends with 75 where the name server does not answer in time",
  ),
  async () => {
    const args = ["--host", "pc7.lab.test", "--seconds", "0.5"];
    assertFailed(
      "udp_client",
      await timed(
        500,
        () => runOn(withNameServer(NOWHERE.blackHole), "udp_client", args),
      ),
      75,
      "pc7.lab.test: no answer within 0.5 s",
      "check the network connection and the name server",
    );
  },
);

Deno.test(
  onMachines("clients end with 75 where the name server cannot be reached"),
  async () => {
    const machine = withNameServer(NOWHERE.noRoute);
    for (const id of CLIENTS) {
      assertFailed(
        id,
        await runOn(machine, id, ["--host", "pc7.lab.test", "--port", "9"]),
        75,
        "pc7.lab.test:9: Temporary failure in name resolution",
        "check the network connection and the name server",
      );
    }
  },
);

// What a client waits for that never comes, when it is told to end.
const WAITING: [string, string, Machine][] = [
  ["for a black hole", NOWHERE.blackHole, {}],
  ["for a name server", "pc7.lab.test", withNameServer(NOWHERE.blackHole)],
];

for (const [wait, host, machine] of WAITING) {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    Deno.test(
      onMachines(
        `echo_client ends with ${code} at ${signal} while it waits ${wait}`,
      ),
      async () => {
        await using client = startOn(machine, "echo_client", ["--host", host]);
        await client.line(/^Connecting to/);
        const ended = await timed(0, () => {
          client.kill(signal);
          return client.result;
        });
        assertEquals([ended.code, ended.stderr], [code, ""]);
        assertEquals(ended.stdout, `Connecting to ${host} port 9900\n`);
      },
    );
  }
}

// What a client says that came to nothing.
const NOTHING: Record<string, RegExp> = {
  echo_client: /^echo_client: connection closed after 0 of 33 bytes\n$/,
  // It is told what to read only when it has written, which may already fail.
  welcome_client:
    /^welcome_client: .* (closed the connection without a word|reset the connection)\n$/,
  greeting_client:
    /^greeting_client: .* closed the connection without a word\n$/,
  message_client:
    /^message_client: the server closed the connection without a bye\n$/,
};

Deno.test({
  name: "clients end with 74 where the server accepts and closes at once",
  permissions: CHILDREN,
}, async () => {
  for (const id of TCP_CLIENTS) {
    await using server = await faultServer([close()]);
    const { code, stderr } = await run(id, ["--port", `${server.port}`]);
    assertEquals(code, 74, stderr);
    assertMatch(stderr, NOTHING[id]);
  }
});

Deno.test({
  name: "clients end with 74 where the server accepts and resets at once",
  permissions: CHILDREN,
}, async () => {
  for (const id of TCP_CLIENTS) {
    await using server = await faultServer([reset()]);
    const { code, stderr } = await run(id, ["--port", `${server.port}`]);
    assertEquals(code, 74, stderr);
    // It may come while the client connects, writes or reads.
    const brokenOff = `${id}: 127.0.0.1:${server.port} reset the connection\n`;
    if (stderr !== brokenOff) assertMatch(stderr, NOTHING[id]);
  }
});

Deno.test({
  name:
    "explain() knows the reset that comes before Deno has asked for the peer",
  permissions: "none",
}, () => {
  // Of thousands of connections to a server that resets them it meets a few:
  // connect(2) has succeeded, getpeername(2) fails with ENOTCONN.
  const error = new Deno.errors.NotConnected("not connected (os error 107)");
  const { exitCode, message } = explain(
    located(error, "connect", "127.0.0.1:9900"),
  );
  assertEquals(exitCode, EXIT.IO);
  assertEquals(message, "127.0.0.1:9900 reset the connection");
});

/** Runs `body`, which may take no less than `leastMs`, and no minutes. */
async function timed<T>(leastMs: number, body: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await body();
  const tookMs = performance.now() - start;
  assert(tookMs >= leastMs && tookMs < SOON_MS, `took ${tookMs} ms`);
  return result;
}
