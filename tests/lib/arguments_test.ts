import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { explain } from "../../lib/explain.ts";
import { UsageError } from "../../lib/fault.ts";
import { describeOptions } from "../../lib/help.ts";
import {
  flagOption,
  hostOption,
  integerOption,
  nameServerOption,
  operands,
  parseInteger,
  portOption,
  probabilityOption,
  secondsOption,
} from "../../lib/option_kinds.ts";
import { parseArguments } from "../../lib/arguments.ts";

const options = {
  _: operands("[number …]", "numbers", (text) => parseInteger(text, -9, 9), {
    values: [1],
    most: 2,
  }),
  host: hostOption(),
  port: portOption(9900, 0),
  timeout: secondsOption(10, "how long"),
  idle: secondsOption(600, "how long"),
  count: integerOption(3, "how many", 1, 100),
  drop: probabilityOption("how likely"),
  "name-server": nameServerOption(),
  quiet: flagOption("no words"),
};

Deno.test({
  name: "parseArguments() gives the defaults for what is not there",
  permissions: "none",
}, () => {
  assertEquals(parseArguments(options, []), {
    _: [1],
    host: "127.0.0.1",
    port: 9900,
    timeout: 10,
    idle: 600,
    count: 3,
    drop: 0,
    "name-server": undefined,
    quiet: false,
  });
});

Deno.test({
  name: "parseArguments() takes the last of an option, and judges each",
  permissions: "none",
}, () => {
  const typed = (...args: string[]) => parseArguments(options, args).port;
  assertEquals(typed("--port", "1", "--port=2"), 2);
  for (const wrong of ["abc", ""]) {
    for (const order of [[wrong, "2"], ["2", wrong]]) {
      const args = order.map((port) => `--port=${port}`);
      assertThrows(() => typed(...args), UsageError, "--port");
    }
  }
});

Deno.test({
  name: "parseArguments() hands an operand on as it was typed",
  permissions: "none",
}, () => {
  const texts = {
    _: operands("[text …]", "texts", (text) => text, { values: [""] }),
  };
  for (
    const typed of ["=-5", "-5", "=", "a=b", "-", "01", "1e3", "true", "_"]
  ) {
    assertEquals(parseArguments(texts, [typed])._, [typed]);
    assertEquals(parseArguments(texts, ["--", typed])._, [typed]);
  }
});

Deno.test({
  name:
    "parseArguments() takes options in both forms, the last one counts, and negative operands",
  permissions: "none",
}, () => {
  const given = parseArguments(
    options,
    "--port 80 -3 --port=81 --quiet --host pc7.lan --timeout 0.5 --idle=2 -- 5"
      .split(" "),
  );
  assertEquals(given._, [-3, 5]);
  assertEquals([given.port, given.host, given.quiet], [81, "pc7.lan", true]);
  assertEquals([given.timeout, given.idle], [0.5, 2]);
});

Deno.test({
  name: "parseArguments() takes a name server with and without a port",
  permissions: "none",
}, () => {
  const server = (text: string) =>
    parseArguments(options, ["--name-server", text])["name-server"];
  assertEquals(server("10.0.0.1"), { hostname: "10.0.0.1", port: 53 });
  assertEquals(server("127.0.0.1:5353")?.port, 5353);
  assertEquals(server("[::1]:5353"), { hostname: "::1", port: 5353 });
});

Deno.test({
  name: "parseArguments() refuses wrong command lines, says what and quotes it",
  permissions: "none",
}, () => {
  const cases: [string[], string][] = [
    [["--port", "-1"], '--port: "-1"'],
    [["--port", "65536"], '"65536"'],
    [["--port", "1.5"], '"1.5"'],
    [["--port", "NaN"], '"NaN"'],
    [["--port", "9900x"], '"9900x"'],
    [["--port", " 9900"], '" 9900"'],
    [["--port", "0x10"], '"0x10"'],
    [["--port", "1e3"], '"1e3"'],
    [["--port"], "--port needs a value"],
    [["--port="], "--port needs a value"],
    [["--port", "--quiet"], "--port needs a value"],
    [["--host", ""], "--host needs a value"],
    [["--host", "a b"], '"a b"'],
    [["--host", "http://x"], '"http://x"'],
    [["--host", "127.0.0.1:99"], '"127.0.0.1:99"'],
    [["--host", "0.0.0.0"], "0.0.0.0 stands for all addresses of a server"],
    [["--host", "::"], ":: stands for all addresses of a server"],
    [["--name-server", "0.0.0.0:5353"], "0.0.0.0 stands for all addresses"],
    [["--name-server", "::"], ":: stands for all addresses"],
    [["--timeout", "0"], '"0"'],
    [["--timeout", "-1"], '"-1"'],
    [["--timeout", "soon"], '"soon"'],
    [["--timeout", "1e12"], '"1e12"'],
    [["--timeout", "100000"], '"100000"'],
    [["--count", "0"], '"0"'],
    [["--count", "2.5"], '"2.5"'],
    [["--drop", "1.1"], '"1.1"'],
    [["--drop", "-0.1"], '"-0.1"'],
    [["--name-server", "dns.lan"], '"dns.lan"'],
    [["--name-server", "10.0.0.1:x"], '"x"'],
    [["--prot", "1"], 'unknown option "--prot"'],
    [["--prot=1"], 'unknown option "--prot"'],
    [["-x"], 'unknown option "-x"'],
    [["--quiet=no"], "--quiet takes no value"],
    [["--help=yes"], "--help takes no value"],
    [["\u2013port", "1"], '"\u2013port" begins with a dash that is no hyphen'],
    [["\u2014host=pc7"], '"\u2014host=pc7" begins with a dash'],
    [["--allow-net"], 'unknown option "--allow-net"'],
    [["--name-server", "fe80::1%eth0"], '"fe80::1%eth0"'],
    [["--no-quiet"], 'unknown option "--no-quiet"'],
    [["--_", "1"], 'unknown option "--_"'],
    [["--_=1"], 'unknown option "--_"'],
    [["-_"], 'unknown option "-_"'],
    [["1", "2", "3"], 'unexpected argument "3"'],
  ];
  for (const [args, message] of cases) {
    assertThrows(
      () => parseArguments(options, args),
      UsageError,
      message,
      args.join(" "),
    );
  }
});

Deno.test({
  name: "parseArguments() says where the options of Deno stand",
  permissions: "none",
}, () => {
  for (const option of ["--allow-net=127.0.0.1", "-A", "--no-prompt"]) {
    const { hint } = assertThrows(
      () => parseArguments(options, [option]),
      UsageError,
    );
    assertMatch(hint!, /before the script/);
  }
});

Deno.test({
  name: "parseArguments() suggests the nearest option",
  permissions: "none",
}, () => {
  const error = assertThrows(
    () => parseArguments(options, ["--prot", "1"]),
    UsageError,
  );
  assertMatch(explain(error).hint!, /^did you mean --port\? --help lists all$/);
});

Deno.test({
  name:
    "parseArguments() leaves a wrong operand to the program: it is data, not usage",
  permissions: "none",
}, () => {
  assertThrows(() => parseArguments(options, ["10"]), SyntaxError, '"10"');
  // Behind a flag, too: it takes no value.
  assertThrows(
    () => parseArguments(options, ["--quiet", "false"]),
    SyntaxError,
    '"false"',
  );
});

Deno.test({
  name: "describeOptions() names every option and its default in 80 columns",
  permissions: "none",
}, () => {
  const lines = describeOptions(options);
  for (const name of Object.keys(options)) {
    const shown = name === "_" ? "[number …]" : `--${name}`;
    assert(lines.some((line) => line.startsWith(`  ${shown}`)), name);
  }
  assert(lines.every((line) => line.length <= 80));
  assert(lines.join("\n").includes("(default: 9900)"));
});
