/**
 * Addresses at which a server cannot listen, or that only some of its clients
 * could reach: each server says so, and does what can be done.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { EXERCISES } from "../../exercises/lab.ts";
import { connectTcp } from "../../lib/connect.ts";
import { commandLine, type Exercise } from "../../lib/exercise.ts";
import { writeAll } from "../../lib/stream.ts";
import { Child, type Result, run, serve, start } from "../child.ts";
import { has } from "../interop/peer.ts";
import { type Machine, onMachines, runOn, startOn } from "./namespace.ts";
import { startAtTerminal } from "./screen.ts";

const CHILDREN = { run: [Deno.execPath()], net: ["127.0.0.1"] };
const ROOT = new URL("../../", import.meta.url);

const SERVERS = EXERCISES.filter(({ role }) => role === "server");
const isUdp = (id: string) => id.startsWith("udp_");

function assertFailed(
  id: string,
  { code, stdout, stderr }: Result,
  expected: number,
  words: string,
): void {
  assertEquals([code, stdout, stderr], [expected, "", `${id}: ${words}\n`]);
}

/** A port of 127.0.0.1 that somebody else has. */
function takePort(id: string): Disposable & { port: number } {
  const there = { hostname: "127.0.0.1", port: 0 };
  const socket = isUdp(id)
    ? Deno.listenDatagram({ transport: "udp", ...there })
    : Deno.listen(there);
  const { port } = socket.addr as Deno.NetAddr;
  return { port, [Symbol.dispose]: () => socket.close() };
}

for (const { id, client } of SERVERS) {
  Deno.test(
    onMachines(
      `${id} ends with 77 at a privileged port, and says which to choose`,
    ),
    async () => {
      // On a machine of its own port 80 is nobody's, and privileged for sure.
      assertFailed(
        id,
        await runOn({}, id, ["--port", "80"]),
        77,
        "the system does not let you listen at 127.0.0.1:80\n" +
          "hint: ports below 1024 are for administrators: choose 1024 or above",
      );
    },
  );

  Deno.test({
    name: `${id} ends with 69 at an address of another machine, and lists ` +
      "this one's",
    permissions: CHILDREN,
  }, async () => {
    // An address for documentation (RFC 5737), which no machine has; and a group's.
    for (const host of ["192.0.2.1", "224.0.0.1"]) {
      const result = await run(id, ["--host", host, "--port", "9900"]);
      const { code, stdout, stderr } = result;
      assertEquals([code, stdout], [69, ""], stderr);
      const [line, hint, ...rest] = stderr.split("\n");
      assertEquals(
        line,
        `${id}: ${host}:9900 is not an address of this machine`,
      );
      assertMatch(
        hint,
        /^hint: the addresses of this machine are .*127\.0\.0\.1/,
      );
      assertEquals(rest, [""]);
    }
  });

  Deno.test({
    name: `${id} without its permission names the flag for its arguments, ` +
      "with which it starts",
    permissions: CHILDREN,
  }, async () => {
    for (const host of ["127.0.0.1", "0.0.0.0"]) {
      const args = ["--host", host, "--port", "0"];
      const { code, stdout, stderr } = await run(id, args, { flags: [] });
      assertEquals([code, stdout], [77, ""]);
      const line = new RegExp(
        `^${id}: no permission: --allow-net=${RegExp.escape(host)}:0\n` +
          `hint: deno run (.*) exercises/${id}\\.ts ${args.join(" ")}\n$`,
      );
      assertMatch(stderr, line);
      const [, flags] = line.exec(stderr)!;
      await using server = start(id, args, { flags: flags.split(" ") });
      await server.line(/ port [1-9]\d*/);
    }
  });

  Deno.test({
    name: `${id} ends with 69 at a port in use, and names it`,
    permissions: CHILDREN,
  }, async () => {
    using taken = takePort(id);
    assertFailed(
      id,
      await run(id, ["--port", `${taken.port}`]),
      69,
      `127.0.0.1:${taken.port} is already in use by another program\n` +
        "hint: end that program, or choose another port with --port",
    );
  });

  Deno.test({
    name: `${id} --host 0.0.0.0 warns, and shows the command of its client`,
    permissions: CHILDREN,
  }, async () => {
    await using server = await serve(id, ["--host", "0.0.0.0"]);
    const { port } = server;
    await server.line(
      new RegExp(`^Warning: port ${port} is now open to everyone`),
    );
    await server.line(/^On another PC type:$/);
    const line = await server.line(new RegExp(`exercises/${client}\\.ts`));
    const [, host] = / --host (\S+) /.exec(line)!;
    const net = isUdp(id)
      ? ["0.0.0.0:0", `${host}:${port}`]
      : [`${host}:${port}`];
    assertEquals(
      line,
      `  ${commandLine(client!, { net })} --host ${host} --port ${port}`,
    );
    assert(!host.startsWith("127."), host);
  });
}

Deno.test(
  onMachines(
    "a server that is open to nobody yet shows where its address belongs",
  ),
  async () => {
    const args = ["--host", "0.0.0.0"];
    await using server = startOn({}, "echo_server", args);
    await server.line(/--host ADDRESS_OF_THIS_PC --port 9900$/);
  },
);

Deno.test({
  name: "no program without its permission asks for it at a terminal",
  permissions: { run: ["script"] },
  ignore: !has("script"),
}, async () => {
  const needy = EXERCISES.filter(({ permissions }) =>
    Object.keys(permissions).length > 0
  );
  assert(needy.length > 10);
  for (const { id, permissions } of needy) {
    const script = new URL(`exercises/${id}.ts`, ROOT);
    // No --no-prompt here: Deno itself would stop and ask.
    const command = [Deno.execPath(), "run", "--quiet", script.href];
    await using child = startAtTerminal([command]);
    const { code, stdout } = await child.result;
    assertEquals(code, 77, stdout);
    // What it printed before it came to that is still there.
    const [line, hint] = stdout.trimEnd().split(/\r?\n/).slice(-2);
    assertMatch(line, new RegExp(`^${id}: no permission: --allow-`));
    assertEquals(hint, `hint: ${commandLine(id, permissions)}`);
  }
});

Deno.test({
  name: "lab without its permission does not ask for it at a terminal either",
  permissions: { run: ["script"] },
  ignore: !has("script"),
}, async () => {
  const script = new URL("exercises/lab.ts", ROOT);
  const command = [Deno.execPath(), "run", "--quiet", script.href];
  const cases = [
    [["run", "function"], /^lab: no permission: --allow-run=\S+\r?\n$/],
    [["demo", "/tmp"], /--allow-run .*\r?\nhint: .*: deno task demo;/],
  ] as const;
  for (const [args, message] of cases) {
    await using child = startAtTerminal([[...command, ...args]]);
    const { code, stdout } = await child.result;
    assertEquals(code, 77, stdout);
    assertMatch(stdout, message);
  }
});

Deno.test({
  name: "a server starts again at once at the port that it has just left",
  permissions: { run: [Deno.execPath(), "sh"], net: ["127.0.0.1"] },
  ignore: Deno.build.os !== "linux",
}, async () => {
  const first = await serve("greeting_server");
  const { port } = first;
  // This server closes first, so its side of the connection waits (TIME_WAIT).
  assertEquals((await run("greeting_client", ["--port", `${port}`])).code, 0);
  await first[Symbol.asyncDispose]();
  const states = await tcpStates(port);
  assert(states.includes("TIME_WAIT"), `${states}`);
  await using again = start("greeting_server", ["--port", `${port}`]);
  await again.line(/^Listening on /);
  assertEquals((await run("greeting_client", ["--port", `${port}`])).code, 0);
});

Deno.test({
  name: "a server that was killed starts again beside the clients that it left",
  permissions: { run: [Deno.execPath(), "sh"], net: ["127.0.0.1"] },
  ignore: Deno.build.os !== "linux",
}, async () => {
  const first = await serve("echo_server");
  const { port } = first;
  using client = await connectTcp({ hostname: "127.0.0.1", port });
  await writeAll(client, new Uint8Array(1));
  await client.read(new Uint8Array(1)); // it has been accepted
  first.kill("SIGKILL");
  await first.result;
  // The system still closes the connection; the client has not yet.
  const states = await tcpStates(port);
  assert(states.some((state) => state.startsWith("FIN_WAIT")), `${states}`);
  await using again = start("echo_server", ["--port", `${port}`]);
  await again.line(/^Starting up /);
  assertEquals((await run("echo_client", ["--port", `${port}`])).code, 0);
});

/** The states of the connections at a port of 127.0.0.1, as Linux tells. */
async function tcpStates(port: number): Promise<string[]> {
  await using child = new Child("sh", ["-c", "cat /proc/net/tcp"]);
  const { stdout } = await child.result;
  const local = "0100007F:" +
    port.toString(16).toUpperCase().padStart(4, "0");
  return stdout.split("\n").map((row) => row.trim().split(/\s+/))
    .filter(([, address]) => address === local)
    .map(([, , , state]) => STATES[state] ?? state);
}

// include/net/tcp_states.h, as far as they are needed.
const STATES: Record<string, string> = {
  "04": "FIN_WAIT1",
  "05": "FIN_WAIT2",
  "06": "TIME_WAIT",
};

// A hosts file that has IPv6 first, as many systems have it.
const DUAL: Machine = {
  hosts: "::1 localhost\n127.0.0.1 localhost\n",
  sharesNetwork: true,
};

/** Runs a server and its client, each with its host, where localhost is dual. */
async function meet(
  { id, client }: Exercise,
  hosts: { server: string; client: string },
): Promise<Pick<Result, "code" | "stderr">> {
  const listen = ["--host", hosts.server, "--port", "0"];
  await using server = startOn(DUAL, id, listen);
  const [, port] = / port (\d+)/.exec(await server.line(/ port \d+/))!;
  const connect = ["--host", hosts.client, "--port", port];
  const { code, stderr } = await runOn(DUAL, client!, connect, {
    input: "hello\n",
  });
  return { code, stderr };
}

const MEETINGS = [
  { server: "127.0.0.1", client: "127.0.0.1" },
  { server: "127.0.0.1", client: "localhost" },
  { server: "localhost", client: "127.0.0.1" },
];

for (const hosts of MEETINGS) {
  for (const server of SERVERS) {
    Deno.test(
      onMachines(
        `${server.client} --host ${hosts.client} meets ${server.id} ` +
          `--host ${hosts.server}, though localhost is ::1 first`,
      ),
      async () => {
        assertEquals(await meet(server, hosts), { code: 0, stderr: "" });
      },
    );
  }
}

Deno.test({
  name: "the UDP programs without Deno's unstable net say so in one clear line",
  permissions: CHILDREN,
}, async () => {
  // The lab's import map alone, without what else its deno.json switches on.
  const imports = Object.fromEntries(
    Object.entries(config.imports).map((
      [name, path],
    ) => [name, new URL(path, ROOT).href]),
  );
  const map = `data:application/json,${
    encodeURIComponent(JSON.stringify({ imports }))
  }`;
  for (const id of ["udp_server", "udp_client"]) {
    await using child = new Child(Deno.execPath(), [
      ...["run", "--quiet", "--no-prompt", "--no-config", "--no-lock"],
      `--import-map=${map}`,
      "--allow-net=127.0.0.1",
      new URL(`exercises/${id}.ts`, ROOT).href,
    ]);
    assertFailed(
      id,
      await child.result,
      69,
      "UDP needs Deno's unstable net API: run with --unstable-net, " +
        "or beside the lab's deno.json, which switches it on",
    );
  }
});
