import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  canonical,
  formatEndpoint,
  formatPeer,
  isLoopback,
  ownHost,
  parseEndpoint,
  parseHost,
  parsePort,
} from "../../lib/endpoint.ts";

Deno.test({
  name: "parsePort() takes decimal numbers up to 65535",
  permissions: "none",
}, () => {
  assertEquals(["0", "1", "9900", "65535"].map((text) => parsePort(text)), [
    0,
    1,
    9900,
    65535,
  ]);
});

Deno.test({
  name: "parsePort() refuses everything else, and quotes it",
  permissions: "none",
}, () => {
  const bad = "-1 65536 1.5 NaN abc 9900x 0x10 1e3 +80 ٨٠ 000080".split(" ");
  for (const text of [...bad, "", " 9900", "9900 ", "9900\n"]) {
    assertThrows(() => parsePort(text), SyntaxError, JSON.stringify(text));
  }
  assertThrows(() => parsePort("0", 1), SyntaxError, "from 1 to 65535");
});

Deno.test({
  name:
    "parseHost() takes addresses and names, and turns other scripts to ASCII",
  permissions: "none",
}, () => {
  const same =
    "127.0.0.1 ::1 fe80::1%eth0 ::ffff:10.0.0.1 localhost PC-7.lan www.python.org _sip.lan pc7. 3com.com";
  for (const text of same.split(" ")) assertEquals(parseHost(text), text);
  assertEquals(parseHost("bücher.example"), "xn--bcher-kva.example");
  assertEquals(parseHost("বাংলা.lab"), "xn--54b7fta0cc.lab");
});

Deno.test({
  name: "parseHost() refuses everything else, and quotes it",
  permissions: "none",
}, () => {
  const bad = [
    "",
    "a b",
    "http://x",
    "127.0.0.1:99",
    "[::1]",
    "x/y",
    "x?y",
    "x@y",
    "a\nb",
    "\x1b[2J",
    "a..b",
    "-a",
    "a-",
    "256.1.1.1",
    "127.1",
    "1.2.3.4.",
    "0x7f000001",
    "１.２.３.４", // full width
    "١.٢.٣.٤",
    "1",
    ":::",
    "x".repeat(64),
    "x.".repeat(127) + "x",
    "ü".repeat(63), // longer in ASCII
  ];
  for (const text of bad) {
    assertThrows(() => parseHost(text), SyntaxError, JSON.stringify(text));
  }
});

Deno.test({
  name: "parseEndpoint() and formatEndpoint() go back and forth",
  permissions: "none",
}, () => {
  for (const text of ["127.0.0.1:80", "[::1]:443", "pc7.lan:9900"]) {
    assertEquals(formatEndpoint(parseEndpoint(text)), text);
  }
  assertEquals(parseEndpoint("::1", 53), { hostname: "::1", port: 53 });
  assertEquals(parseEndpoint("10.0.0.1", 53), {
    hostname: "10.0.0.1",
    port: 53,
  });
});

Deno.test({
  name: "parseEndpoint() refuses what is no host with a port",
  permissions: "none",
}, () => {
  for (
    const text of [
      ...["pc7.lan", "::1", "pc7:", ":80", "pc7:x", "a:b:80"],
      ...["[127.0.0.1]:80", "[pc7.lan]:80", "[]:80", "[::1]", "::1:12345"],
    ]
  ) {
    assertThrows(() => parseEndpoint(text), SyntaxError);
  }
});

Deno.test({
  name: "canonical() is the same for all spellings of an address",
  permissions: "none",
}, () => {
  for (const text of ["0:0::1", "::0001", "::1%lo"]) {
    assertEquals(canonical(text), canonical("::1"));
  }
  assertEquals(canonical("::ffff:127.0.0.1"), canonical("::FFFF:7f00:1"));
  assertEquals(canonical("127.0.0.1"), "127.0.0.1");
});

Deno.test({
  name: "formatPeer() prints Python's tuple",
  permissions: "none",
}, () => {
  assertEquals(
    formatPeer({ hostname: "127.0.0.1", port: 9900 }),
    "('127.0.0.1', 9900)",
  );
});

Deno.test({
  name: "isLoopback() knows 127.0.0.0/8, ::1 and localhost only",
  permissions: "none",
}, () => {
  for (const host of ["127.0.0.1", "127.255.0.9", "::1", "localhost"]) {
    assert(isLoopback(host), host);
  }
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.evil.example"]) {
    assert(!isLoopback(host), host);
  }
});

Deno.test({
  name:
    "ownHost() binds a client to the peer's family, and to loopback for loopback",
  permissions: "none",
}, () => {
  assertEquals(
    ["127.0.0.1", "::1", "192.168.0.1", "fe80::1", "pc7.lan"].map(ownHost),
    ["127.0.0.1", "::1", "0.0.0.0", "::", "0.0.0.0"],
  );
});
