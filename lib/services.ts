/**
 * Which service has which port: a static map, so that the answer is the same on
 * every machine and no file is read.
 *
 * Python: `socket.getservbyport`, `getservbyname`; C: `getservbyport(3)`.
 *
 * @module
 */

import { SERVICES_TABLE } from "./services_table.ts";

/** Every protocol of the table. */
export const PROTOCOLS = ["tcp", "udp", "sctp", "dccp", "ddp"] as const;

/** A protocol of the table. */
export type Protocol = typeof PROTOCOLS[number];

/** A range of RFC 6335, section 6. */
export interface PortRange {
  /** The RFC's name of the range. */
  name: "system" | "user" | "dynamic";
  /** The first port of the range. */
  first: number;
  /** The last port of the range. */
  last: number;
  /** Who may use a port of the range. */
  use: string;
}

/** The three ranges of port numbers (RFC 6335, section 6), in order. */
export const PORT_RANGES: readonly PortRange[] = [
  {
    name: "system",
    first: 0,
    last: 1023,
    use: "assigned by IANA; on Unix only for privileged processes",
  },
  {
    name: "user",
    first: 1024,
    last: 49151,
    use: "assigned by IANA on request; free for your own servers",
  },
  {
    name: "dynamic",
    first: 49152,
    last: 65535,
    use: "never assigned; for ports that the system chooses",
  },
];

// Name, port, protocols, aliases.
const ROWS = SERVICES_TABLE.trim().split("\n").map((row) => row.split(" "));

// Of several rows with the same key the first counts, as in getservbyport(3).
const NAMES = new Map<number, string>();
for (const [name, port, protocols] of ROWS) {
  for (const protocol of protocols.split(",") as Protocol[]) {
    const key = keyOf(Number(port), protocol);
    if (!NAMES.has(key)) NAMES.set(key, name);
  }
}

/**
 * The name of the service at a port, or `undefined` if the table has none.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { getServiceByPort } from "./services.ts";
 *
 * assertEquals(getServiceByPort(512, "tcp"), "exec");
 * assertEquals(getServiceByPort(512, "udp"), "biff");
 * ```
 *
 * @throws {RangeError} if `port` is not a whole number from 0 to 65535
 */
export function getServiceByPort(
  port: number,
  protocol: Protocol = "tcp",
): string | undefined {
  if ((port & 0xffff) !== port) throw notAPort(port);
  return NAMES.get(keyOf(port, protocol));
}

/**
 * The port of a service, by its name or an alias of it, or `undefined` if the
 * table has none. Names are case-sensitive, as in getservbyname(3).
 */
export function getPortByService(
  name: string,
  protocol: Protocol = "tcp",
): number | undefined {
  const row = ROWS.find(([first, , protocols, ...aliases]) =>
    (first === name || aliases.includes(name)) &&
    protocols.split(",").includes(protocol)
  );
  return row && Number(row[1]);
}

/**
 * The range that a port is in.
 *
 * @throws {RangeError} if `port` is not a whole number from 0 to 65535
 */
export function portRange(port: number): PortRange {
  if ((port & 0xffff) !== port) throw notAPort(port);
  return PORT_RANGES.find(({ last }) => port <= last)!;
}

function keyOf(port: number, protocol: Protocol): number {
  return port * 8 + PROTOCOLS.indexOf(protocol);
}

function notAPort(port: number): RangeError {
  return new RangeError(
    `${port} is not a port: a port is a whole number from 0 to 65535`,
  );
}
