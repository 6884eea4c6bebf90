/**
 * The programs that calculate and look up: what is not an address, a port or a
 * service is refused by the program as it is by the function, with exit code 65
 * and the right form, and without a file being read.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { packIpv4 } from "../../lib/ipv4.ts";
import { type Result, run } from "../child.ts";
import { temporaryFolder } from "../folder.ts";
import { readAudit } from "./audit.ts";

const CHILDREN = { run: [Deno.execPath()] };

/** One line that quotes what was typed, and no stack. */
function assertRefused(id: string, text: string, result: Result): void {
  const { code, stdout, stderr } = result;
  assertEquals([code, stdout], [65, ""], `${text}: ${stderr}`);
  assert(stderr.startsWith(`${id}: `), stderr);
  assert(!/\n\s+at |os error/.test(stderr), stderr);
  assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
}

/** No dotted quads, though many a parser takes some of them for addresses. */
const NO_ADDRESSES = [
  "256.1.1.1",
  "1.256.1.1",
  "1.1.1.256",
  "1.2.3",
  "1.2",
  "1",
  "1.2.3.4.5",
  "1.2.3.4.",
  ".1.2.3.4",
  "1..3.4",
  "01.02.03.04",
  "1.2.3.04",
  "00.0.0.0",
  "127.1",
  "127.0.1",
  "2130706433",
  "0177.0.0.1",
  "0x7f.0.0.1",
  "0x7f000001",
  "1.2.3.4 x",
  "1.2.3.4 ",
  " 1.2.3.4",
  "1.2.3.4\n",
  "1.2.3.4\t",
  "1 .2.3.4",
  "1.2.3.4/24",
  "1.2.3.4:80",
  "1,2,3,4",
  "1.2.3.+4",
  "1.2.3.4e0",
  "1.2.3.1e1",
  "１.２.３.４", // full width
  "1。2。3。4", // ideographic full stops
  "१.२.३.४", // Devanagari
  "১.২.৩.৪", // Bangla
  "²55.0.0.1",
  "::1",
  "::ffff:1.2.3.4",
  "[1.2.3.4]",
  "localhost",
  "http://1.2.3.4",
  "1.2.3.4\u200b",
  "\u202e1.2.3.4",
  "99999999999999999999.1.1.1",
  "",
];

for (const text of NO_ADDRESSES) {
  Deno.test({
    name: `ip4_address_conversion and packIpv4() refuse ${
      JSON.stringify(text)
    }`,
    permissions: CHILDREN,
  }, async () => {
    assertThrows(() => packIpv4(text), SyntaxError, "dotted quad");
    const id = "ip4_address_conversion";
    const result = await run(id, ["--", text]);
    assertRefused(id, text, result);
    assertMatch(
      result.stderr,
      /is not an IPv4 address: a dotted quad is four numbers from 0 to 255 without leading zeros/,
    );
    // Quoted as typed.
    if (/^[ -~]*$/.test(text)) {
      assert(result.stderr.includes(JSON.stringify(text)), result.stderr);
    }
  });
}

Deno.test({
  name: "ip4_address_conversion takes -1.2.3.4 for no address, and no option",
  permissions: CHILDREN,
}, async () => {
  const id = "ip4_address_conversion";
  assertRefused(id, "-1.2.3.4", await run(id, ["-1.2.3.4"]));
});

Deno.test({
  name:
    "ip4_address_conversion gives 0.0.0.0 and 255.255.255.255 as four bytes",
  permissions: CHILDREN,
}, async () => {
  const cases = [["0.0.0.0", "00000000"], ["255.255.255.255", "ffffffff"]];
  const result = await run(
    "ip4_address_conversion",
    cases.map(([text]) => text),
  );
  assertEquals(result, {
    code: 0,
    stdout: cases.map(([text, hex]) =>
      `IP Address: ${text} => Packed: b'${hex}', Unpacked: ${text}\n`
    ).join(""),
    stderr: "",
  });
  for (const [text] of cases) assertEquals(packIpv4(text).length, 4);
});

/** What finding_service_name is asked in vain, and what it says. */
const NO_SERVICES: [text: string, words: RegExp][] = [
  ["-1", /"-1" is not a port: a port is a whole number from 0 to 65535/],
  ["-1/udp", /"-1" is not a port/],
  ["65536", /"65536" is not a port: a port is a whole number from 0 to 65535/],
  ["65536/udp", /"65536" is not a port/],
  ["99999999999999999999", /is not a port/],
  ["1.5", /"1\.5" is not a port/],
  ["0x50", /"0x50" is not a port/],
  ["1e3", /"1e3" is not a port/],
  [" 80", /" 80" is not a port/],
  ["８０", /"８０" is not a port/],
  ["0", /no service is known as 0\/tcp/],
  ["65535", /no service is known as 65535\/tcp/],
  ["65535/udp", /no service is known as 65535\/udp/],
  ["9900/tcp", /no service is known as 9900\/tcp/],
  ["no-such-service", /no service is known as no-such-service\/tcp/],
  ["HTTP", /no service is known as HTTP\/tcp/],
  ["__proto__", /no service is known as __proto__\/tcp/],
  ["constructor/udp", /no service is known as constructor\/udp/],
  ["80/xyz", /"xyz" is not a protocol: the protocols are tcp, udp, sctp/],
  ["80/TCP", /"TCP" is not a protocol/],
  ["80/", /"" is not a protocol/],
  ["http/icmp", /"icmp" is not a protocol/],
  ["80/tcp/udp", /is not a (port|protocol)/],
];

for (const [text, words] of NO_SERVICES) {
  Deno.test({
    name: `finding_service_name refuses ${JSON.stringify(text)}`,
    permissions: CHILDREN,
  }, async () => {
    const id = "finding_service_name";
    const result = await run(id, [text]);
    assertRefused(id, text, result);
    assertMatch(result.stderr, words);
  });
}

Deno.test({
  name:
    "port_numbers refuses -1, 65536 and what is no port, says what an unknown is",
  permissions: { run: [Deno.execPath()] },
}, async () => {
  for (const text of ["-1", "65536", "1.5", "http"]) {
    const result = await run("port_numbers", [text]);
    assertRefused("port_numbers", text, result);
    assertMatch(result.stderr, /a port is a whole number from 0 to 65535/);
  }
  const { code, stdout } = await run("port_numbers", ["0", "65535"]);
  assertEquals(code, 0);
  assertMatch(stdout, /^Port 0: system, no known service$/m);
  assertMatch(stdout, /^Port 65535: dynamic, no known service$/m);
});

/** The ports at which tcp and udp have services of different names. */
const DIFFERENT = [
  ["512", "exec", "biff"],
  ["513", "login", "who"],
  ["514", "shell", "syslog"],
];

Deno.test({
  name: "finding_service_name tells tcp and udp apart at 512, 513 and 514",
  permissions: CHILDREN,
}, async () => {
  const asked = DIFFERENT.flatMap(([port, tcp, udp]) => [
    [`${port}/tcp`, port, tcp],
    [`${port}/udp`, port, udp],
    [port, port, tcp],
    [`${tcp}/tcp`, port, tcp],
    [`${udp}/udp`, port, udp],
  ]);
  const result = await run("finding_service_name", asked.map(([text]) => text));
  assertEquals(result, {
    code: 0,
    stdout: asked.map(([, port, name]) =>
      `Port: ${port} => service name: ${name}\n`
    ).join(""),
    stderr: "",
  });
  // The names of one protocol are not those of the other.
  for (const text of ["biff/tcp", "who/tcp", "exec/udp", "login/udp"]) {
    const id = "finding_service_name";
    assertRefused(id, text, await run(id, [text]));
  }
});

Deno.test({
  name: "port_numbers shows both names where tcp and udp differ",
  permissions: CHILDREN,
}, async () => {
  const { code, stdout } = await run(
    "port_numbers",
    DIFFERENT.map(([port]) => port),
  );
  assertEquals(code, 0);
  for (const [port, tcp, udp] of DIFFERENT) {
    assert(
      stdout.includes(
        `Port ${port}: system, service ${tcp} (tcp), ${udp} (udp)\n`,
      ),
      stdout,
    );
  }
});

/** The programs that know services, with something for them to look up. */
const LOOKUPS: [id: string, args: string[]][] = [
  ["finding_service_name", ["80", "512/udp", "ssh", "www"]],
  ["modified_finding_service_name", []],
  ["port_numbers", ["80", "514"]],
];

for (const [id, args] of LOOKUPS) {
  Deno.test({
    name: `${id} reads no /etc/services, nor any other file`,
    permissions: { ...CHILDREN, read: "inherit", write: "inherit" },
  }, async () => {
    await using folder = await temporaryFolder();
    const audit = `${folder.path}/audit`;
    const flags = id === "port_numbers" ? ["--allow-net=127.0.0.1"] : [];
    const { code, stderr } = await run(id, args, {
      flags: [...flags, "--deny-read"],
      env: { DENO_AUDIT_PERMISSIONS: audit },
    });
    assertEquals([code, stderr], [0, ""]);
    const asked = (await readAudit(audit)).map(({ permission }) => permission);
    assertEquals(asked.filter((permission) => permission !== "net"), []);
    // The audit does see: this is what a program that asks leaves in it.
    assertEquals(asked.length > 0, id === "port_numbers");
  });
}
