import { assert, assertEquals, assertMatch } from "@std/assert";
import { main as probeMain, probe } from "../../exercises/port_probe.ts";
import {
  exercise as socketTimeout,
  formatTimeout,
  main as socketTimeoutMain,
  readInVain,
} from "../../exercises/socket_timeout.ts";
import { connectTcp } from "../../lib/connect.ts";
import { serveTcp } from "../../lib/tcp.ts";
import { run } from "../child.ts";
import { printed } from "../console.ts";

const LOOPBACK = { net: ["127.0.0.1"] };

Deno.test({
  name:
    "socket_timeout prints the sheet's lines, and proves what a timeout is for",
  permissions: socketTimeout.permissions,
}, async () => {
  const start = performance.now();
  const { out } = await printed(() => socketTimeoutMain(["--seconds", "0.2"]));
  assertEquals(out, [
    "Default socket timeout: None",
    "Current socket timeout: 100.0",
    "Reading from a peer that never answers, with a timeout of 0.2 s …",
    "The read timed out after 0.2 s: the connection is closed.",
  ]);
  assert(performance.now() - start >= 199);
  assert(await readInVain({ idleMs: 50 }) >= 49);

  const short = await printed(() => socketTimeoutMain(["--seconds", "0.02"]));
  assertMatch(short.out[3], /after 0\.\d\d s/);
});

Deno.test({
  name: "formatTimeout() prints Python's None, and seconds with decimals",
  permissions: "none",
}, () => {
  assertEquals(
    [undefined, 100_000, 1000, 250].map((idleMs) => formatTimeout({ idleMs })),
    ["None", "100.0", "1.0", "0.25"],
  );
});

Deno.test({
  name:
    "port_probe tells an open port from a closed one, in the order asked for",
  permissions: LOOPBACK,
}, async () => {
  const options = { hostname: "127.0.0.1", port: 0, onError: () => {} };
  const closed = serveTcp(options, () => Promise.resolve());
  await using open = serveTcp(options, () => Promise.resolve());
  await closed.shutdown();
  const [first, second] = [closed, open].map(({ addr }) =>
    `127.0.0.1:${addr.port}`
  );
  const { out } = await printed(() => probeMain([first, second]));
  assertEquals(out, [`${first} closed (ECONNREFUSED)`, `${second} open`]);
});

Deno.test({
  name: "probe() says that a port is silent, on time",
  permissions: LOOPBACK,
  ignore: Deno.build.os !== "linux", // elsewhere a full queue refuses
}, async () => {
  using listener = Deno.listen({
    hostname: "127.0.0.1",
    port: 0,
    tcpBacklog: 1,
  });
  using _one = await connectTcp(listener.addr);
  using _two = await connectTcp(listener.addr);
  assertMatch(
    await probe(listener.addr, 0.2),
    /^no answer in 0\.2 s \(ETIMEDOUT\)$/,
  );
});

Deno.test({
  name: "port_probe without its permission says so once",
  permissions: { run: [Deno.execPath()] },
}, async () => {
  const { code, stdout, stderr } = await run("port_probe", [], { flags: [] });
  assertEquals([code, stdout], [77, ""]);
  assertMatch(stderr, /^port_probe: no permission: .*\nhint: deno run .*\n$/);
});
