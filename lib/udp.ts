/**
 * UDP sockets. A datagram arrives whole or not at all, perhaps twice, perhaps
 * late: nothing here hides that.
 *
 * Python: `socket.socket(AF_INET, SOCK_DGRAM)`, `sendto`, `recvfrom`; C: the calls
 * of the same names. UDP itself: RFC 768.
 *
 * @module
 */

import { Watch, type Watched } from "./deadline.ts";
import {
  type Endpoint,
  formatEndpoint,
  formatHost,
  isGroup,
} from "./endpoint.ts";
import { located } from "./fault.ts";
import { requirePermission } from "./permission.ts";

/** The largest payload over IPv4, in bytes: 65,535 less the IPv4 and the UDP header. */
export const MAX_UDP_PAYLOAD = 65_507;
/** The same over IPv6, whose lengths do not count its header (RFC 8200, section 3). */
export const MAX_UDP_PAYLOAD_V6 = 65_527;

/** How many hosts are remembered as permitted. */
const MOST_GRANTED = 1024;

/**
 * Returns if so many bytes fit into a datagram to `hostname`.
 *
 * @throws {RangeError} if they are more than the largest payload
 */
export function requireFits(length: number, hostname: string): void {
  const most = hostname.includes(":") ? MAX_UDP_PAYLOAD_V6 : MAX_UDP_PAYLOAD;
  if (length <= most) return;
  throw new RangeError(
    `${length} bytes do not fit into a datagram: ` +
      `the largest payload is ${most} bytes`,
  );
}

/** Where to bind. */
export interface BindOptions extends Endpoint {
  /** Datagrams are cut to so many bytes; unless it is said, none is ever cut. */
  maxBytes?: number;
  /** Closes the socket. */
  signal?: AbortSignal;
}

/** One datagram; `data` is valid until the next one is received. */
export interface Datagram {
  /** The payload. */
  data: Uint8Array;
  /** Who sent it, as far as the packet says. */
  from: Deno.NetAddr;
}

/** A bound UDP socket. */
export class UdpSocket implements Disposable, Watched {
  /** Where the socket is bound. */
  readonly addr: Deno.NetAddr;
  #conn: Deno.DatagramConn;
  #buffer: Uint8Array; // for every datagram
  #pending: Promise<Datagram | undefined> | undefined;
  #limit: { end: number; expire: () => void } | undefined;
  // Not a signal for each wait: those of a flood would take memory until they end.
  #watch = new Watch([this]);
  #closed = false;
  // Hosts known to be permitted: a permission query costs more than a send.
  #granted = new Set<string>();

  /** Use {@linkcode bindUdp}. */
  constructor(conn: Deno.DatagramConn, maxBytes: number) {
    this.#conn = conn;
    this.#buffer = new Uint8Array(maxBytes);
    this.addr = conn.addr as Deno.NetAddr;
  }

  /**
   * Sends one datagram.
   *
   * @throws {RangeError} if `data` is longer than the largest payload
   * @throws {Deno.errors.NotCapable} without net access to `to`
   */
  async send(data: Uint8Array, to: Endpoint): Promise<void> {
    requireFits(data.length, to.hostname);
    if (!this.#granted.has(to.hostname)) this.#ask(to);
    try {
      const { hostname, port } = to;
      await this.#conn.send(data, { transport: "udp", hostname, port });
    } catch (error) {
      throw located(error, "send", formatEndpoint(to));
    }
  }

  /**
   * The next datagram, or `undefined` once the socket is closed, or if none came
   * within `timeoutMs`. After a time-out the wait goes on unseen, and the next
   * call gets what it brings: no datagram is lost.
   */
  receive(timeoutMs?: number): Promise<Datagram | undefined> {
    if (timeoutMs !== undefined) return this.#receiveWithin(timeoutMs);
    const pending = this.#pending ?? this.#receive();
    this.#pending = undefined;
    return pending;
  }

  /** Closes the socket; a pending receive resolves to `undefined`. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Ends a wait whose time is over; for its {@linkcode Watch}. */
  look(now: number): number {
    const { end = Infinity, expire } = this.#limit ?? {};
    if (end > now) return end;
    this.#limit = undefined;
    expire?.();
    return Infinity;
  }

  async #receiveWithin(timeoutMs: number): Promise<Datagram | undefined> {
    const pending = this.#pending ??= this.#receive();
    const over = Promise.withResolvers<boolean>();
    this.#limit = {
      end: this.#watch.endAfter(timeoutMs),
      expire: () => over.resolve(false),
    };
    const isIn = () => true;
    const hasCome = await Promise.race([
      pending.then(isIn, isIn),
      over.promise,
    ]);
    this.#limit = undefined;
    if (!hasCome) return;
    this.#pending = undefined;
    return await pending;
  }

  #ask(to: Endpoint): void {
    const { hostname } = to;
    const host = formatHost(hostname);
    if (Deno.permissions.querySync({ name: "net", host }).state === "granted") {
      if (this.#granted.size === MOST_GRANTED) this.#granted.clear();
      this.#granted.add(hostname);
    } else requirePermission({ name: "net", host: formatEndpoint(to) });
  }

  async #receive(): Promise<Datagram | undefined> {
    while (!this.#closed) {
      try {
        const [data, from] = await this.#conn.receive(this.#buffer);
        return { data, from: from as Deno.NetAddr };
      } catch (error) {
        // Windows reports here that an earlier datagram found nobody listening.
        const transient = error instanceof Deno.errors.ConnectionReset;
        if (!this.#closed && !transient) throw error;
      }
    }
  }
}

/**
 * Binds a UDP socket; port 0 lets the system choose.
 *
 * @throws {Deno.errors.AddrInUse} if another program has the port
 * @throws {Deno.errors.AddrNotAvailable} if it is not an address of this machine
 * @throws {Deno.errors.NotCapable} without net access to `hostname:port`
 * @throws {Deno.errors.NotSupported} if Deno runs without `--unstable-net`
 */
export function bindUdp(
  { hostname, port, maxBytes = MAX_UDP_PAYLOAD_V6, signal }: BindOptions,
): UdpSocket {
  if (typeof Deno.listenDatagram !== "function") {
    throw new Deno.errors.NotSupported(
      "UDP needs Deno's unstable net API: run with --unstable-net, " +
        "or beside the lab's deno.json, which switches it on",
    );
  }
  const address = formatEndpoint({ hostname, port });
  requirePermission({ name: "net", host: address });
  let conn: Deno.DatagramConn;
  try {
    // The system would bind a group's address; but replies cannot come from there.
    if (isGroup(hostname)) throw new Deno.errors.AddrNotAvailable();
    conn = Deno.listenDatagram({ transport: "udp", hostname, port });
  } catch (error) {
    throw located(error, "listen", address);
  }
  const socket = new UdpSocket(conn, maxBytes);
  signal?.addEventListener("abort", () => socket.close(), { once: true });
  if (signal?.aborted) socket.close();
  return socket;
}
