/**
 * A name server that does wrong: remote_machine_info says in one clear line what
 * became of the name, and goes on to the next.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatEndpoint } from "../../lib/endpoint.ts";
import { type Result, run } from "../child.ts";
import {
  ADDRESS,
  FAULT_NAMES,
  type FaultName,
  type FaultNameServer,
  serveFaults,
} from "./fault_name_server.ts";

const CHILDREN = { run: [Deno.execPath()], net: ["127.0.0.1"] };

/** Looks a name up at a server; `--timeout` in seconds. */
function lookUp(
  { addr }: FaultNameServer,
  names: string[],
  timeout = 10,
  flags?: string[],
): Promise<Result> {
  return run("remote_machine_info", [
    ...["--name-server", formatEndpoint(addr), "--timeout", `${timeout}`],
    ...names,
  ], { flags });
}

function found(name: string): Result {
  return {
    code: 0,
    stdout: `Remote host name: ${name}\nIP address: ${ADDRESS}\n`,
    stderr: "",
  };
}

/** One line that names the host and a reason: no stack, nothing of the resolver's own. */
function assertOneClearLine(name: string, { code, stdout, stderr }: Result) {
  assertEquals([code, stdout], [1, ""], stderr);
  const [line, ...rest] = stderr.split("\n");
  assertEquals(rest, [""], stderr);
  assert(line.startsWith(`Error accessing ${name}: `), line);
  assert(
    !/proto error|io error|Query \{|os error|^\s+at |panicked|a bug in/i
      .test(stderr),
    `library noise: ${stderr}`,
  );
}

/** Looks up a name in vain; returns the one line about it, and what was asked. */
async function failToLookUp(
  fault: FaultName,
): Promise<{ stderr: string; asked: string[] }> {
  await using server = serveFaults();
  const name = `${fault}.test`;
  const result = await lookUp(server, [name]);
  assertOneClearLine(name, result);
  return { stderr: result.stderr, asked: server.asked };
}

/** Faults that the resolver deals with by itself: the address is found. */
const HARMLESS: FaultName[] = [
  ...(["good", "slow", "forged-first", "tc", "long", "control"] as const),
  // An address has four bytes, whatever its record says.
  ...(["rdlength-long", "rdlength-short"] as const),
];

const NO_ADDRESS = "the name has no IPv4 address";

/** Faults that are an answer of a kind: the name server's no, and what it means. */
const NEGATIVE: { [fault in FaultName]?: string } = {
  nxdomain: "there is no such name (NXDOMAIN)",
  nodata: NO_ADDRESS,
  servfail: "the name server has failed (SERVFAIL)",
  refused: "the name server refuses to answer (REFUSED)",
  notimp: "the name server cannot answer such a question (NOTIMP)",
  formerr: "the name server does not understand the question (FORMERR)",
  "refused-bare": "the name server refuses to answer (REFUSED)",
  "wrong-name": NO_ADDRESS,
  chaos: NO_ADDRESS,
  "cname-loop": NO_ADDRESS,
  "cname-self": NO_ADDRESS,
  "control-alone": NO_ADDRESS,
};

/** Faults after which the query is as good as unanswered. */
const UNANSWERED: FaultName[] = [
  "silent",
  "wrong-id",
  "wrong-question",
  "garbage",
  "garbage-id",
  "empty",
  "header-only",
  "cut-off",
  "tc-silent",
  "count-wrong",
  "pointer-loop",
];

/** Faults of the TCP connection that a truncated answer asks for. */
const BROKEN_OFF: FaultName[] = ["tc-closed", "tc-short", "tc-flood"];

Deno.test({
  name: "serveFaults() has every fault in one of the tests here",
  permissions: "none",
}, () => {
  assertEquals(
    [...HARMLESS, ...Object.keys(NEGATIVE), ...UNANSWERED, ...BROKEN_OFF]
      .sort(),
    [...FAULT_NAMES].sort(),
  );
});

for (const fault of HARMLESS) {
  Deno.test({
    name: `remote_machine_info finds the address in spite of: ${fault}`,
    permissions: CHILDREN,
  }, async () => {
    await using server = serveFaults();
    const name = `${fault}.test`;
    assertEquals(await lookUp(server, [name]), found(name));
    // Twice only where the second time is over TCP: no answer was given up.
    assertEquals(server.asked.length, /^(tc|long)$/.test(fault) ? 2 : 1);
  });
}

for (const [fault, reason] of Object.entries(NEGATIVE)) {
  Deno.test({
    name: `remote_machine_info says what the name server's no means: ${fault}`,
    permissions: CHILDREN,
  }, async () => {
    const { stderr, asked } = await failToLookUp(fault as FaultName);
    assertEquals(stderr, `Error accessing ${fault}.test: ${reason}\n`);
    assertEquals(asked.length, 1);
  });
}

Deno.test({
  name:
    "remote_machine_info says honestly that Deno's resolver does not tell them",
  permissions: CHILDREN,
}, async () => {
  await using server = serveFaults();
  // All that resolver needs; a socket of our own needs a permission more.
  const flags = [`--allow-net=127.0.0.1:${server.addr.port}`];
  for (const fault of ["nxdomain", "nodata", "servfail", "refused"]) {
    const name = `${fault}.test`;
    const result = await lookUp(server, [name], 10, flags);
    assertOneClearLine(name, result);
    assertMatch(
      result.stderr,
      /: the name server knows no IPv4 .*, or would not/,
    );
  }
  assertEquals(
    await lookUp(server, ["good.test"], 10, flags),
    found("good.test"),
  );
  const brokenOff = await lookUp(server, ["tc-closed.test"], 10, flags);
  assertOneClearLine("tc-closed.test", brokenOff);
});

Deno.test({
  name: `remote_machine_info ends at its time limit for: ${
    UNANSWERED.join(", ")
  }`,
  permissions: CHILDREN,
}, async () => {
  await using server = serveFaults();
  // Side by side: each of them waits for most of its time.
  await Promise.all(UNANSWERED.map(async (fault) => {
    const name = `${fault}.test`;
    const result = await lookUp(server, [name], 3);
    assertOneClearLine(name, result);
    assertMatch(result.stderr, /: no answer within 3 s\n$/);
    assert(server.asked.includes(name), fault);
  }));
});

for (const fault of BROKEN_OFF) {
  Deno.test({
    name: `remote_machine_info says in its own words what failed: ${fault}`,
    permissions: CHILDREN,
  }, async () => {
    const { stderr, asked } = await failToLookUp(fault);
    assertMatch(stderr, /name server/);
    // It did ask a second time, over TCP.
    assert(asked.length >= 2);
  });
}

Deno.test({
  name: "remote_machine_info gives up a slow name server if its user says so",
  permissions: CHILDREN,
}, async () => {
  await using server = serveFaults();
  const start = performance.now();
  const result = await lookUp(server, ["slow.test"], 0.5);
  assertOneClearLine("slow.test", result);
  assertMatch(result.stderr, /: no answer within 0\.5 s\n$/);
  // The look-up that is left behind does not hold the program up.
  assert(performance.now() - start < 10_000);
});

Deno.test({
  name: "remote_machine_info goes on to the next name after each fault",
  permissions: CHILDREN,
}, async () => {
  await using server = serveFaults();
  const faults = [
    "servfail",
    "garbage",
    "pointer-loop",
    "nxdomain",
    "wrong-id",
  ];
  const names = faults.map((fault) => `${fault}.test`);
  const { code, stdout, stderr } = await lookUp(
    server,
    names.flatMap((name) => [name, "good.test"]),
    0.5,
  );
  assertEquals(code, 1);
  assertEquals(stdout, found("good.test").stdout.repeat(names.length));
  assertEquals(
    stderr.trim().split("\n").map((line) => line.split(": ")[0]),
    names.map((name) => `Error accessing ${name}`),
  );
});

Deno.test({
  name: "remote_machine_info asks a name server that is not there in vain",
  permissions: CHILDREN,
}, async () => {
  const gone = serveFaults();
  await gone[Symbol.asyncDispose]();
  const result = await lookUp(gone, ["good.test"], 0.3);
  assertOneClearLine("good.test", result);
});

Deno.test({
  name: "modify_remote_machine_info says in one line what failed, as the other",
  permissions: CHILDREN,
}, async () => {
  const cases: [FaultName, RegExp][] = [
    ["nxdomain", /there is no such name \(NXDOMAIN\)\n$/],
    ["servfail", /the name server has failed \(SERVFAIL\)\n$/],
    ["silent", /no answer within 1 s\n$/],
    ["garbage-id", /no answer within 1 s\n$/],
  ];
  await Promise.all(cases.map(async ([fault, reason]) => {
    await using server = serveFaults(fault);
    const result = await run("modify_remote_machine_info", [
      ...["--name-server", formatEndpoint(server.addr), "--timeout", "1"],
    ]);
    assertOneClearLine("www.rmit.edu.au", result);
    assertMatch(result.stderr, reason);
  }));
});
