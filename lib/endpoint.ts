/**
 * One end of a conversation: a host and a port, from text and back.
 *
 * @module
 */

import { isIpv4 } from "./ipv4.ts";

// 1 to 63 letters, digits, - and _, with no - at either end. Text, since V8 would take
// 1 ms of every start for a literal with Unicode properties.
const LABEL = String.raw`(?!-)[\p{L}\p{M}\p{N}_-]{1,63}(?<!-)`;
const HOST_NAME = String.raw`^${LABEL}(\.${LABEL})*\.?$`;

/** A host, by name or address, and a port. */
export interface Endpoint {
  /** A host name, an IPv4 address or an IPv6 address without brackets. */
  hostname: string;
  /** From 0 to 65535; a server takes 0 as "any free port". */
  port: number;
}

/**
 * A port number, in decimal.
 *
 * @throws {SyntaxError} if `text` is not a decimal number from `least` to 65535
 */
export function parsePort(text: string, least = 0): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port >= least && port <= 65535) return port;
  throw new SyntaxError(
    `${JSON.stringify(text)} is not a port: ` +
      `a port is a whole number from ${least} to 65535`,
  );
}

/**
 * A host name (RFC 1123, and underscores as many labs use them), an IPv4 or an
 * IPv6 address. A name in another script becomes its ASCII form (RFC 5891).
 *
 * @throws {SyntaxError} if `text` is none of these
 */
export function parseHost(text: string): string {
  if (isIpv4(text) || isIpv6(text)) return text;
  const ascii = URL.parse(`http://${text}/`)?.hostname;
  const name = new RegExp(HOST_NAME, "u");
  const isName = [text, ascii ?? ""].every((one) =>
    one.length <= 253 && name.test(one)
  );
  // What a URL takes for an IPv4 address is one mistyped, in whatever digits.
  if (ascii && isName && !isIpv4(ascii)) {
    return /^[ -~]+$/.test(text) ? text : ascii;
  }
  throw new SyntaxError(
    `${JSON.stringify(text)} is not a host: give a name or an address alone, ` +
      "such as pc7.lan or 192.168.0.7, without scheme, port, path or brackets",
  );
}

/**
 * Where to connect to: `host:port`, `[IPv6]:port`, or a host alone where there is a
 * `defaultPort`.
 *
 * @throws {SyntaxError} if `text` is not that
 */
export function parseEndpoint(text: string, defaultPort?: number): Endpoint {
  if (text.includes("/")) {
    throw new SyntaxError(
      `${JSON.stringify(text)} is not a host: give no scheme and no path, ` +
        "but host:port, such as 127.0.0.1:9900",
    );
  }
  const bracketed = /^\[([^\]]*:[^\]]*)\](?::(.*))?$/.exec(text);
  const plain = /^([^:]+):([^:]*)$/.exec(text);
  const [, host, port] = bracketed ?? plain ?? [text, text, undefined];
  if (port === undefined && defaultPort === undefined) {
    throw new SyntaxError(
      `${JSON.stringify(text)} is not a host and a port: give host:port, ` +
        "such as 127.0.0.1:9900 or [::1]:9900",
    );
  }
  return {
    hostname: parseHost(host),
    port: port === undefined ? defaultPort! : parsePort(port, 1),
  };
}

/** A host, an IPv6 address in brackets (RFC 3986, section 3.2.2). */
export function formatHost(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

/** `host:port`, with an IPv6 address in brackets. */
export function formatEndpoint({ hostname, port }: Endpoint): string {
  return `${formatHost(hostname)}:${port}`;
}

/** The peer as the lab sheet prints it, `('127.0.0.1', 9900)`: Python's tuple. */
export function formatPeer({ hostname, port }: Endpoint): string {
  return `('${hostname}', ${port})`;
}

/** Whether only this machine can reach `hostname`. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" ||
    (hostname.startsWith("127.") && isIpv4(hostname));
}

/** Whether it stands for all addresses of a machine (RFC 1122, 3.2.1.3; RFC 4291, 2.5.2). */
export function isUnspecified(hostname: string): boolean {
  return hostname === "0.0.0.0" || hostname === "::";
}

/** Whether it is a multicast, broadcast or reserved address: no end of a connection. */
export function isGroup(hostname: string): boolean {
  if (hostname.includes(":")) return /^ff/i.test(hostname);
  return parseInt(hostname) >= 224 && isIpv4(hostname);
}

/** The address that a client's own UDP socket is bound to, to talk to `hostname`. */
export function ownHost(hostname: string): string {
  const isV6 = hostname.includes(":");
  if (isLoopback(hostname)) return isV6 ? "::1" : "127.0.0.1";
  return isV6 ? "::" : "0.0.0.0";
}

/** Whether `text` is an IPv6 address, perhaps with its interface behind a "%". */
export function isIpv6(text: string): boolean {
  const address = text.replace(/%[\w.-]+$/, "");
  return address.includes(":") && /^[\da-f:.]+$/i.test(address) &&
    URL.canParse(`http://[${address}]/`);
}

/** An address in one spelling, to be compared; without the interface behind a "%". */
export function canonical(address: string): string {
  return address.includes(":")
    ? new URL(`http://[${address.replace(/%.*/, "")}]/`).hostname
    : address;
}
