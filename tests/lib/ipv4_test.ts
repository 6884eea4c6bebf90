import { assert, assertEquals, assertThrows } from "@std/assert";
import { isIpv4, packIpv4, unpackIpv4 } from "../../lib/ipv4.ts";

const GOOD: [string, number[]][] = [
  ["127.0.0.1", [127, 0, 0, 1]],
  ["192.168.0.1", [192, 168, 0, 1]],
  ["0.0.0.0", [0, 0, 0, 0]],
  ["255.255.255.255", [255, 255, 255, 255]],
  ["1.20.100.9", [1, 20, 100, 9]],
];

// What inet_aton(3) and other lenient parsers take is among them.
const BAD = [
  "",
  ".",
  "...",
  "256.1.1.1",
  "1.2.3",
  "1.2.3.4.5",
  "1.2.3.",
  ".1.2.3",
  "1..2.3",
  "01.02.03.04",
  "010.0.0.1",
  "127.1",
  "2130706433",
  "0x7f.0.0.1",
  "1.2.3.4 ",
  " 1.2.3.4",
  "1.2.3.4 x",
  "1.2.3.4\n",
  "1.2.3.-4",
  "+1.2.3.4",
  "1e1.2.3.4",
  "1.2.3.1000",
  "99999999999999999999.0.0.1",
  "１.2.3.4",
  "::1",
  "localhost",
];

Deno.test({
  name:
    "packIpv4() gives the four bytes of a dotted quad, unpackIpv4() the text",
  permissions: "none",
}, () => {
  for (const [text, bytes] of GOOD) {
    assertEquals(packIpv4(text), new Uint8Array(bytes));
    assertEquals(unpackIpv4(new Uint8Array(bytes)), text);
    assert(isIpv4(text));
  }
});

Deno.test({
  name:
    "packIpv4() refuses whatever is not a strict dotted quad, and quotes it",
  permissions: "none",
}, () => {
  for (const text of BAD) {
    assertThrows(() => packIpv4(text), SyntaxError, JSON.stringify(text));
    assert(!isIpv4(text), text);
  }
});

Deno.test({
  name:
    "packIpv4() and unpackIpv4() go back and forth for every octet at every place",
  permissions: "none",
}, () => {
  for (let place = 0; place < 4; place++) {
    for (let octet = 0; octet < 256; octet++) {
      const packed = new Uint8Array(4);
      packed[place] = octet;
      assertEquals(packIpv4(unpackIpv4(packed)), packed);
    }
  }
});

Deno.test({
  name: "unpackIpv4() refuses another number of bytes",
  permissions: "none",
}, () => {
  for (const length of [0, 3, 5, 16]) {
    assertThrows(
      () => unpackIpv4(new Uint8Array(length)),
      RangeError,
      "4 bytes",
    );
  }
});
