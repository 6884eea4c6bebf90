/**
 * IPv4 addresses as text and as four packed bytes in network byte order.
 *
 * Python: `socket.inet_aton`, `inet_ntoa`; C: `inet_pton(3)`, `inet_ntop(3)`.
 * `inet_aton(3)` also takes `127.1` and octal `010.0.0.1`; here only the strict
 * dotted quad of RFC 6943, section 3.1.1, is an address.
 *
 * @module
 */

/**
 * The four bytes of a dotted quad.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { packIpv4 } from "./ipv4.ts";
 *
 * assertEquals(packIpv4("192.168.0.1"), new Uint8Array([192, 168, 0, 1]));
 * ```
 *
 * @throws {SyntaxError} if `text` is not exactly four numbers from 0 to 255,
 * without leading zeros, separated by dots
 */
export function packIpv4(text: string): Uint8Array {
  const packed = parse(text);
  if (packed) return packed;
  throw new SyntaxError(
    `${JSON.stringify(text)} is not an IPv4 address: a dotted quad is four ` +
      "numbers from 0 to 255 without leading zeros, such as 192.168.0.1",
  );
}

function parse(text: string): Uint8Array | undefined {
  const octets = text.split(".");
  const isQuad = octets.length === 4 &&
    octets.every((one) => /^(0|[1-9]\d{0,2})$/.test(one) && Number(one) <= 255);
  return isQuad ? Uint8Array.from(octets, Number) : undefined;
}

/**
 * The dotted quad of four packed bytes.
 *
 * @throws {RangeError} if there are not exactly four bytes
 */
export function unpackIpv4(packed: Uint8Array): string {
  if (packed.length !== 4) {
    throw new RangeError(
      `an IPv4 address has 4 bytes, these are ${packed.length}`,
    );
  }
  return packed.join(".");
}

/** Whether `text` is a strict dotted quad. */
export function isIpv4(text: string): boolean {
  return parse(text) !== undefined;
}
