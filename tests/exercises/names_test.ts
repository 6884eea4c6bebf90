import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { describe } from "../../exercises/byte_order.ts";
import {
  findService,
  main as findMain,
  parseQuery,
} from "../../exercises/finding_service_name.ts";
import { main as conversionMain } from "../../exercises/ip4_address_conversion.ts";
import {
  exercise as machineInfo,
  main as machineInfoMain,
} from "../../exercises/local_machine_info.ts";
import { main as tableMain } from "../../exercises/modified_finding_service_name.ts";
import { main as rmitMain } from "../../exercises/modify_remote_machine_info.ts";
import {
  clientPort,
  describePort,
  exercise as portNumbers,
  main as portNumbersMain,
} from "../../exercises/port_numbers.ts";
import { main as remoteMain } from "../../exercises/remote_machine_info.ts";
import { serveNames } from "../../lib/demo/name_server.ts";
import { formatEndpoint } from "../../lib/endpoint.ts";
import { printed } from "../console.ts";

Deno.test({
  name: "ip4_address_conversion prints the sheet's two lines",
  permissions: "none",
}, async () => {
  assertEquals((await printed(() => conversionMain([]))).out, [
    "IP Address: 127.0.0.1 => Packed: b'7f000001', Unpacked: 127.0.0.1",
    "IP Address: 192.168.0.1 => Packed: b'c0a80001', Unpacked: 192.168.0.1",
  ]);
});

Deno.test({
  name:
    "ip4_address_conversion takes addresses, and converts none if one is wrong",
  permissions: "none",
}, async () => {
  const all = await printed(() =>
    conversionMain(["0.0.0.0", "255.255.255.255"])
  );
  assertEquals(all.out, [
    "IP Address: 0.0.0.0 => Packed: b'00000000', Unpacked: 0.0.0.0",
    "IP Address: 255.255.255.255 => Packed: b'ffffffff', Unpacked: 255.255.255.255",
  ]);
  await assertRejects(
    () => conversionMain(["10.0.0.1", "010.0.0.1"]),
    SyntaxError,
    "dotted quad",
  );
});

Deno.test({
  name: "finding_service_name prints the sheet's four lines, 53 twice",
  permissions: "none",
}, async () => {
  assertEquals((await printed(() => findMain([]))).out, [
    "Port: 80 => service name: http",
    "Port: 53 => service name: domain",
    "Port: 25 => service name: smtp",
    "Port: 53 => service name: domain",
  ]);
});

Deno.test({
  name: "findService() takes ports and names, with and without a protocol",
  permissions: "none",
}, () => {
  const cases = [
    ["443", "Port: 443 => service name: https"],
    ["53/udp", "Port: 53 => service name: domain"],
    ["512", "Port: 512 => service name: exec"],
    ["512/udp", "Port: 512 => service name: biff"],
    ["ssh", "Port: 22 => service name: ssh"],
    ["www", "Port: 80 => service name: http"],
    ["syslog/udp", "Port: 514 => service name: syslog"],
  ];
  for (const [text, line] of cases) {
    assertEquals(findService(parseQuery(text)), line);
  }
});

Deno.test({
  name: "findService() says what there is instead of what it does not know",
  permissions: "none",
}, () => {
  const cases = [
    ["67", "67/tcp, but there is 67/udp"],
    ["biff", "biff/tcp, but there is biff/udp"],
    ["4", "but there is 4/ddp"],
    ["65535", "no service is known as 65535/tcp"],
    ["nothing", "no service is known as nothing/tcp"],
  ];
  for (const [text, words] of cases) {
    assertThrows(() => findService(parseQuery(text)), SyntaxError, words);
  }
});

Deno.test({
  name: "parseQuery() refuses what is neither a port nor a name",
  permissions: "none",
}, () => {
  const bad = ["-1", "65536", "1.5", "1e3", "0x10", "", " 80", "80/", "80/xyz"];
  for (const text of [...bad, "80/tcp/udp", "a b", "\x1b[2J"]) {
    assertThrows(() => parseQuery(text), SyntaxError, undefined, text);
  }
});

Deno.test({
  name: "modified_finding_service_name completes the sheet's table",
  permissions: "none",
}, async () => {
  assertEquals((await printed(() => tableMain([]))).out, [
    "Port: 21 => Protocol name: ftp",
    "Port: 22 => Protocol name: ssh",
    "Port: 110 => Protocol name: pop3",
  ]);
});

Deno.test({
  name:
    "local_machine_info prints name and address, and with --all marks the others",
  permissions: machineInfo.permissions,
}, async () => {
  const { out } = await printed(() => machineInfoMain([]));
  assertEquals(out.length, 2);
  assertEquals(out[0], `Host name: ${Deno.hostname()}`);
  assertMatch(
    out[1],
    /^IP address: (\d+\.\d+\.\d+\.\d+|none that another .*)$/,
  );
  assertEquals(out[1].startsWith("IP address: 127."), false);
  const all = (await printed(() => machineInfoMain(["--all"]))).out.join("\n");
  assertMatch(all, /: IPv4 127\.0\.0\.1 \(loopback\)/);
});

Deno.test({
  name:
    "remote_machine_info prints name and address of every host that is named",
  permissions: { net: ["127.0.0.1"] },
}, async () => {
  await using server = serveNames(
    new Map([["www.python.org", "192.0.2.1"], ["b.test", "192.0.2.2"]]),
  );
  const ask = ["--name-server", formatEndpoint(server.addr)];
  assertEquals((await printed(() => remoteMain(ask))).out, [
    "Remote host name: www.python.org",
    "IP address: 192.0.2.1",
  ]);
  let exitCode = 0;
  const { out, err } = await printed(async () => {
    exitCode = await remoteMain([...ask, "b.test", "no.test", "10.1.2.3"]);
  });
  assertEquals(exitCode, 1);
  assertEquals(out, [
    "Remote host name: b.test",
    "IP address: 192.0.2.2",
    "Remote host name: 10.1.2.3",
    "IP address: 10.1.2.3",
  ]);
  assertMatch(
    err.join("\n"),
    /^Error accessing no\.test: there is no such name/,
  );
});

Deno.test({
  name: "modify_remote_machine_info prints RMIT's name and address",
  permissions: { net: ["127.0.0.1"] },
}, async () => {
  await using server = serveNames(new Map([["www.rmit.edu.au", "192.0.2.9"]]));
  const ask = ["--name-server", formatEndpoint(server.addr)];
  assertEquals((await printed(() => rmitMain(ask))).out, [
    "RMIT host name: www.rmit.edu.au",
    "IP address: 192.0.2.9",
  ]);
  await using empty = serveNames(new Map());
  const none = ["--name-server", formatEndpoint(empty.addr)];
  let exitCode = 0;
  const { out, err } = await printed(async () => {
    exitCode = await rmitMain(none);
  });
  assertEquals([exitCode, out], [1, []]);
  assertMatch(err[0], /^Error accessing www\.rmit\.edu\.au: /);
});

Deno.test({
  name:
    "port_numbers tells ranges and services, and a port that the kernel chose",
  permissions: portNumbers.permissions,
}, async () => {
  assertEquals(
    describePort(53),
    "Port 53: system, service domain (tcp), domain (udp)",
  );
  assertEquals(describePort(9900), "Port 9900: user, no known service");
  assertEquals(describePort(65535), "Port 65535: dynamic, no known service");
  const chosen = await clientPort();
  assertEquals(chosen >= 1024 && chosen <= 65535, true);
  const { out } = await printed(() => portNumbersMain(["80"]));
  assertMatch(out[0], /^system +0–1023 /);
  assertMatch(out[1], /^user +1024–49151 /);
  assertMatch(out[2], /^dynamic +49152–65535 /);
  assertEquals(out[3], "Port 80: system, service http (tcp)");
  assertMatch(out[4], /chosen by the kernel just now: \d+ \((user|dynamic)\)$/);
});

Deno.test({
  name:
    "byte_order shows the bytes in network order, whatever this machine's order is",
  permissions: "none",
}, () => {
  assertMatch(
    describe(305419896),
    /^305419896 => htons: too large, htonl: \d+ \(12 34 56 78\), /,
  );
  const isLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  assertEquals(
    describe(80),
    isLittle
      ? "80 => htons: 20480 (00 50), htonl: 1342177280 (00 00 00 50), ntohs: 20480, ntohl: 1342177280"
      : "80 => htons: 80 (00 50), htonl: 80 (00 00 00 50), ntohs: 80, ntohl: 80",
  );
});
