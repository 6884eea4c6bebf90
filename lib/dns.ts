/**
 * From a host name to its IPv4 addresses.
 *
 * Python: `socket.gethostbyname`; C: `getaddrinfo(3)`. DNS itself: RFC 1034, 1035.
 *
 * @module
 */

import { within } from "./deadline.ts";
import { type Endpoint, formatEndpoint, isIpv6 } from "./endpoint.ts";
import { type Fault, located } from "./fault.ts";
import { isIpv4 } from "./ipv4.ts";
import { requirePermission } from "./permission.ts";

/** How long a look-up may take, unless it is said, in ms. */
const LOOKUP_MS = 15_000;

/** How to look a name up. */
export interface LookupOptions {
  /** The name server to ask, by its address; otherwise the system decides whom. */
  nameServer?: Endpoint;
  /** Gives up after so many milliseconds; 15,000 unless it is said. */
  timeoutMs?: number;
}

/**
 * The IPv4 addresses of a name, from the hosts file or the DNS. An address, of IPv4
 * or IPv6, is returned as it is.
 *
 * @throws {Deno.errors.NotFound} if there is no such name, or no address for it
 * @throws {Deno.errors.TimedOut} if the name server cannot be reached, or would
 * not answer
 * @throws {DOMException} "TimeoutError" if `timeoutMs` has passed
 * @throws {Deno.errors.NotCapable} without net access to the name server's
 * address and port, or else to the host's name
 */
export async function lookupHost(
  host: string,
  { nameServer, timeoutMs = LOOKUP_MS }: LookupOptions = {},
): Promise<string[]> {
  if (isIpv4(host) || isIpv6(host)) return [host];
  try {
    return await within(
      timeoutMs,
      (signal) =>
        nameServer ? askNameServer(host, nameServer, signal!) : askSystem(host),
    );
  } catch (error) {
    throw located(error, "lookup", host);
  }
}

async function askNameServer(
  host: string,
  server: Endpoint,
  signal: AbortSignal,
): Promise<string[]> {
  const { queryIpv4 } = await import("./resolver.ts");
  try {
    return await queryIpv4(host, server, signal);
  } catch (error) {
    const { NotCapable, NotSupported } = Deno.errors;
    if (!(error instanceof NotCapable || error instanceof NotSupported)) {
      throw error;
    }
    // The resolver may have no socket of its own; Deno's needs none.
    return await askByDeno(host, server);
  }
}

// What Deno's resolver needs is net access to the name server alone. But it reports
// all answers alike, and prints lines of its own about those that are malformed. The
// signal does not go to it: with one it asks only once and for 1 s.
async function askByDeno(
  host: string,
  server: Endpoint,
): Promise<string[]> {
  requirePermission({ name: "net", host: formatEndpoint(server) });
  const { hostname, port } = server;
  try {
    return await Deno.resolveDns(host, "A", {
      nameServer: { ipAddr: hostname, port },
    });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new Deno.errors.NotFound(
        "the name server knows no IPv4 address for it, or would not answer",
        { cause },
      );
    }
    // What else the resolver says has no class, or words of its own.
    if (/invalid characters/.test(String(cause))) {
      throw new Deno.errors.NotFound(
        "the resolver asks only for names of letters, digits and -",
        { cause },
      );
    }
    if (/stream closed|io error/.test(String(cause))) {
      throw new Deno.errors.TimedOut(
        "the name server cannot be reached, or broke off its answer",
        { cause },
      );
    }
    if (cause instanceof Deno.errors.TimedOut) {
      throw new Deno.errors.TimedOut("the name server did not answer", {
        cause,
      });
    }
    throw cause;
  }
}

// getaddrinfo(3), which only node:dns offers; loaded here because it is slow to.
async function askSystem(host: string): Promise<string[]> {
  requirePermission({ name: "net", host });
  const { lookup } = await import("node:dns/promises");
  try {
    const found = await lookup(host, { family: 4, all: true });
    return found.map(({ address }) => address);
  } catch (cause) {
    const { code } = cause as Fault;
    const { NotFound, TimedOut } = Deno.errors;
    if (code === "ENOTFOUND") {
      throw new NotFound("no IPv4 address is known for it", { cause });
    }
    if (code === "EAI_AGAIN") {
      throw new TimedOut("no name server answered, or it would not say", {
        cause,
      });
    }
    throw cause;
  }
}
