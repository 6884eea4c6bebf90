/**
 * Command lines that are wrong: every program refuses them alike, before it does
 * anything else.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { EXERCISES } from "../../exercises/lab.ts";
import type { Exercise } from "../../lib/exercise.ts";
import { explain } from "../../lib/explain.ts";
import { UsageError } from "../../lib/fault.ts";
import { parseArguments } from "../../lib/arguments.ts";
import { Child, type Result, run, serve } from "../child.ts";
import {
  echo,
  faultServer,
  receiveEnd,
  send,
  type Step,
} from "./fault_server.ts";

const CHILDREN = { run: [Deno.execPath()] };
const TALKS = { run: [Deno.execPath()], net: ["127.0.0.1"] };

/** The kinds of values, each with wrong ones and what has to be said instead. */
const KINDS = [
  {
    value: "<port>",
    wrong: [
      ...["-1", "65536", "1.5", "NaN", "abc", "9900x", " 9900", "0x10", "1e3"],
      ...["+80", "99999999999", "Infinity", "९९००", "80,81"],
    ],
    allowed: /a port is a whole number from [01] to 65535/,
  },
  {
    value: "<seconds>",
    wrong: ["0", "-1", "soon", "1e12", "1000000000000", "NaN", " 1", "1s"],
    allowed: /more than 0 and at most 86400, such as 0\.5 or 10/,
  },
  {
    value: "<host>",
    wrong: [
      ...["a b", "http://x", "127.0.0.1:99", "[::1]", "256.1.1.1", "a..b"],
      ...["x/y", "-x", " x"],
    ],
    allowed: /give a name or an address alone, such as pc7\.lan or 192\.168/,
  },
  {
    value: "<ip[:port]>",
    wrong: ["dns.lan", "10.0.0.1:0", "10.0.0.1:x", "10.0.0.256", "a b"],
    allowed: /is not (a port: .*65535|the address of a name server|a host)/,
  },
];

/** The options of an exercise whose value is of a kind, by name. */
function optionsOf({ options = {} }: Exercise, value: string): string[] {
  return Object.keys(options).filter((name) =>
    name !== "_" && options[name].value === value
  );
}

function refusal({ options = {} }: Exercise, args: string[]): UsageError {
  return assertThrows(
    () => parseArguments(options, args),
    UsageError,
    undefined,
    args.join(" "),
  );
}

/** Refused with 64: one line that quotes what was typed, and perhaps a hint. */
function assertRefused(
  program: string,
  { code, stdout, stderr }: Result,
  ...words: (string | RegExp)[]
): void {
  assertEquals([code, stdout], [64, ""], stderr);
  assertMatch(stderr, new RegExp(`^${program}: [^\n]+\n(hint: [^\n]+\n)?$`));
  for (const word of words) {
    if (typeof word === "string") assert(stderr.includes(word), stderr);
    else assertMatch(stderr, word);
  }
}

for (const { value, wrong, allowed } of KINDS) {
  const able = EXERCISES.filter((one) => optionsOf(one, value).length > 0);

  Deno.test({
    name: `every program with a ${value} refuses a wrong one, says which and ` +
      "what is allowed",
    permissions: "none",
  }, () => {
    assert(able.length > 1);
    for (const exercise of able) {
      for (const option of optionsOf(exercise, value)) {
        for (const text of wrong) {
          for (
            const args of [[`--${option}`, text], [`--${option}=${text}`]]
          ) {
            const { message } = refusal(exercise, args);
            assert(message.startsWith(`--${option}: `), message);
            const quoted = message.includes(JSON.stringify(text));
            // Of an address with a port only the wrong part is quoted.
            const part = JSON.stringify(text.split(":").at(-1));
            assert(quoted || message.includes(part), message);
            assertMatch(message, allowed);
          }
        }
      }
    }
  });

  Deno.test({
    name: `every program with a ${value} ends with 64 at a wrong one`,
    permissions: CHILDREN,
  }, async () => {
    // Each program with another of the wrong values.
    for (const [index, exercise] of able.entries()) {
      const [option] = optionsOf(exercise, value);
      const text = wrong[index % wrong.length];
      const result = await run(exercise.id, [`--${option}`, text]);
      assertRefused(exercise.id, result, `--${option}: `, allowed);
    }
  });
}

const CLIENTS = EXERCISES.filter(({ role }) => role === "client");
const SERVERS = EXERCISES.filter(({ role }) => role === "server");

Deno.test({
  name: "every client refuses port 0, and every server takes it",
  permissions: CHILDREN,
}, async () => {
  for (const { id } of CLIENTS) {
    const result = await run(id, ["--port", "0"]);
    assertRefused(id, result, '--port: "0"', "from 1 to 65535");
  }
  for (const { options = {} } of SERVERS) {
    assertEquals(parseArguments(options, ["--port", "0"]).port, 0);
  }
});

Deno.test({
  name: "every server at port 0 prints the port that was chosen",
  permissions: CHILDREN,
}, async () => {
  for (const { id } of SERVERS) {
    await using server = await serve(id);
    assert(server.port >= 1024 && server.port <= 65535, `${server.port}`);
  }
});

Deno.test({
  name: "every option without its value is named, with the form it takes",
  permissions: "none",
}, () => {
  for (const exercise of EXERCISES) {
    for (const [name, { value }] of Object.entries(exercise.options ?? {})) {
      if (name === "_" || value === undefined) continue;
      const option = `--${name}`;
      for (const args of [[option], [`${option}=`], [option, ""]]) {
        const { message, hint } = refusal(exercise, args);
        assert(
          message.startsWith(`${option} needs a value: ${option} ${value}`),
          message,
        );
        assertEquals(hint, "--help shows what this program takes");
      }
    }
  }
});

Deno.test({
  name: "echo_client ends with 64 at options without a value",
  permissions: CHILDREN,
}, async () => {
  for (const args of [["--port"], ["--host", ""], ["--timeout="]]) {
    const result = await run("echo_client", args);
    const option = args[0].replace("=", "");
    assertRefused(
      "echo_client",
      result,
      `${option} needs a value: ${option} <`,
    );
  }
});

Deno.test({
  name: "every program suggests the option that a mistyped one is nearest to",
  permissions: "none",
}, () => {
  for (const exercise of EXERCISES) {
    const names = Object.keys(exercise.options ?? {})
      .filter((name) => name !== "_");
    for (const name of [...names, "help", "answer"]) {
      const typo = "--" + name.slice(0, -2) + name.at(-1);
      for (const args of [[typo], [`${typo}=1`], [typo, "1"]]) {
        const { message, hint } = explain(refusal(exercise, args));
        assertEquals(message, `unknown option "${typo}"`);
        assertMatch(hint!, new RegExp(`^did you mean --${name}\\?`));
      }
    }
  }
});

// Operands that name a peer are refused as options are.
const OPERANDS: [string, string | string[], RegExp][] = [
  ["remote_machine_info", "", /^remote_machine_info: "" is not a host/],
  ["remote_machine_info", "a b", /"a b" is not a host: give a name/],
  ["remote_machine_info", "http://x", /"http:\/\/x" is not a host: give a/],
  ["remote_machine_info", "127.0.0.1:99", /"127\.0\.0\.1:99" is not a host/],
  ["port_probe", "127.0.0.1", /"127\.0\.0\.1" is not a host and a port: give/],
  ["port_probe", "127.0.0.1:0", /"0" is not a port: .* from 1 to 65535/],
  ["port_probe", "127.0.0.1:65536", /"65536" is not a port: .* to 65535/],
  ["port_probe", "127.0.0.1:1e3", /"1e3" is not a port: .* to 65535/],
  ["port_probe", "a b:80", /"a b" is not a host: give a name/],
  [
    "port_probe",
    "http://x:80",
    /"http:\/\/x:80" is not a host: give no scheme/,
  ],
  ["socket_timeout", "1", /^socket_timeout: unexpected argument "1"\nhint: --/],
  [
    "echo_client",
    ["a", "b"],
    /^echo_client: unexpected argument "b"\nhint: .* in quotes: "a b"\n/,
  ],
  [
    "echo_client",
    ["a\x1b[31m", "b"],
    /^echo_client: unexpected argument "b"\nhint: .* in quotes: "a\\x1b\[31m b"\n/,
  ],
  [
    "function_2",
    ["1", "2", "3"],
    /^function_2: unexpected argument "3"\nhint: --help/,
  ],
];

for (const [id, typed, words] of OPERANDS) {
  Deno.test({
    name: `${id} ends with 64 at ${JSON.stringify(typed)}`,
    permissions: CHILDREN,
  }, async () => {
    assertRefused(id, await run(id, [typed].flat()), words);
  });
}

for (const { id, role } of EXERCISES) {
  if (role !== "client") continue;
  Deno.test({
    name: `${id} does not take 0.0.0.0 for the address of a server`,
    permissions: CHILDREN,
  }, async () => {
    const { code, stderr } = await run(id, ["--host", "0.0.0.0"]);
    assertEquals(code, 64);
    assertMatch(stderr, /0\.0\.0\.0 stands for all addresses of a server/);
  });
}

// Where an argument is required: all exercises have defaults, the tools do not.
const REQUIRED: [string[], RegExp][] = [
  [["run"], /^lab: run needs a name or a number\nhint: lab run echo_server\n$/],
  [["explain"], /^lab: explain needs a name or a number\nhint: lab explain 4/],
  [["demo"], /^lab: demo needs a folder to work in\nhint: deno task demo\n$/],
  [["check", "collect"], /^lab: collect needs files or a folder, and --csv\n/],
  [["check", "echo_server", "--"], /^lab: there is no command behind --\nhint/],
  [
    ["check", "collect", "--csv", "x.csv", ".", "--all"],
    /^lab: collect checks/,
  ],
  [["check", "function", "--csv", "x.csv"], /^lab: --csv is for the table of/],
  [
    ["check", "--answer"],
    /^lab: unknown option "--answer"\nhint: (?!.*answer)/,
  ],
  [
    // What PowerShell makes of {host}.
    ["check", "echo_server", "--", "py", "a.py", "-encodedCommand", "aABvAHMA"],
    /^lab: PowerShell took \{host\} .*\nhint: put them in quotes: "\{host\}"/,
  ],
];

for (const [args, words] of REQUIRED) {
  Deno.test({
    name: `lab ${args.join(" ")} ends with 64, and says what it needs`,
    permissions: CHILDREN,
  }, async () => {
    const lab = new URL("../../exercises/lab.ts", import.meta.url);
    await using child = new Child(Deno.execPath(), [
      ...["run", "--quiet", "--no-prompt", "--allow-run", "--allow-net"],
      ...["--allow-read", "--allow-write", lab.href],
      ...args,
    ]);
    assertRefused("lab", await child.result, words);
  });
}

Deno.test({
  name: "echo_client sends 1 MiB of its input whole, and gets it back",
  permissions: TALKS,
}, async () => {
  await using server = await faultServer([echo()]);
  const message = new Uint8Array(1 << 20).map((_, index) => index % 251);
  const { code, stdout, stderr } = await run("echo_client", [
    "--port",
    `${server.port}`,
    "-",
  ], { input: message });
  // It compares what comes back by itself, byte by byte.
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^Sending .*… \(1048576 bytes\)$/m);
  assert(same(await (await server.client).received, message));
});

Deno.test({
  name: "a message as long as an argument can be arrives whole",
  permissions: TALKS,
  ignore: Deno.build.os !== "linux", // elsewhere the limits are others
}, async () => {
  // Linux takes 128 KiB with the 0 at the end; each letter here is three bytes.
  const text = "ল".repeat(Math.floor(((128 << 10) - 1) / 3));
  const message = new TextEncoder().encode(text);
  const scripts: [string, Step[]][] = [
    ["echo_client", [echo()]],
    ["welcome_client", [receiveEnd(), send("thank you")]],
  ];
  for (const [id, steps] of scripts) {
    await using server = await faultServer(steps);
    const { code, stderr } = await run(id, ["--port", `${server.port}`, text]);
    assertEquals([code, stderr], [0, ""]);
    assert(same(await (await server.client).received, message));
  }
});

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length &&
    one.every((byte, index) => byte === other[index]);
}
