/**
 * A small authoritative name server on loopback, so that names can be looked up
 * where there is no network: fixed IPv4 addresses, over UDP and TCP.
 *
 * RFC 1035 (messages), 2308 (negative answers), 6891 (EDNS), 7766 (DNS over TCP).
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Connection } from "../connection.ts";
import dnsPacket, { type DecodedMessage, type Message } from "../dns_packet.ts";
import { readMessages, writeMessage } from "../dns_stream.ts";
import { serveTcp, type TcpHandler, type TcpServer } from "../tcp.ts";
import { bindUdp, type UdpSocket } from "../udp.ts";
import { isAnswerable } from "../udp_guard.ts";

/** A running name server. */
export interface NameServer extends AsyncDisposable {
  /** Where it answers, over UDP and TCP. */
  readonly addr: Deno.NetAddr;
}

/** How long an answer may be kept in a cache, in seconds. */
const TTL_S = 60;
/** How long a client may keep a connection and ask nothing, in ms. */
const IDLE_MS = 10_000;
/** How many ports to try until one is free for both TCP and UDP. */
const MOST_ATTEMPTS = 10;
const AUTHORITATIVE = dnsPacket.AUTHORITATIVE_ANSWER;
// What a response repeats of its query's header: the opcode and the RD bit.
const REPEATED = 0x7800 | dnsPacket.RECURSION_DESIRED;
/** The DO bit of EDNS, which a response repeats too (RFC 3225, section 3). */
const DNSSEC_OK = 0x8000;
/** BADVERS, 16, as the upper bits of the response code that EDNS adds. */
const BADVERS = 1;
const FORMERR = 1, NXDOMAIN = 3, NOTIMP = 4, REFUSED = 5;

/** The answer to one query; `undefined` to what is not a query at all. */
export function answerQuery(
  packet: Uint8Array,
  addresses: ReadonlyMap<string, string>,
): Uint8Array | undefined {
  if (packet.length < 12) return undefined;
  let query: DecodedMessage;
  try {
    query = dnsPacket.decode(Buffer.from(packet));
  } catch {
    const id = packet[0] * 256 + packet[1];
    const flags = (packet[2] * 256 & REPEATED) | FORMERR;
    return dnsPacket.encode({ type: "response", id, flags });
  }
  if (query.type !== "query") return undefined;
  const edns = query.additionals.find(({ type }) => type === "OPT");
  const respond = (flags: number, more: Message = {}) =>
    dnsPacket.encode({
      type: "response",
      id: query.id,
      flags: flags | (query.flags & REPEATED),
      questions: query.questions,
      // Whoever speaks EDNS is answered in it, in its one version.
      additionals: edns
        ? [{
          type: "OPT",
          name: ".",
          udpPayloadSize: 1232,
          flags: (edns.flags ?? 0) & DNSSEC_OK,
          extendedRcode: edns.ednsVersion ? BADVERS : 0,
        }]
        : [],
      ...more,
    });

  if (query.opcode !== "QUERY") return respond(NOTIMP);
  if (edns?.ednsVersion) return respond(0);
  if (query.questions.length !== 1) return respond(FORMERR);
  const [{ name, type, class: dnsClass }] = query.questions;
  if (dnsClass !== "IN") return respond(REFUSED);
  const address = addresses.get(name.toLowerCase().replace(/\.$/, ""));
  if (address && type === "A") {
    return respond(AUTHORITATIVE, {
      answers: [{ type: "A", name, ttl: TTL_S, data: address }],
    });
  }
  return respond(AUTHORITATIVE | (address ? 0 : NXDOMAIN), {
    authorities: [{
      type: "SOA",
      name: ".",
      ttl: TTL_S,
      data: {
        mname: "localhost",
        rname: "nobody.localhost",
        serial: 1,
        refresh: 3600,
        retry: 600,
        expire: 86400,
        minimum: TTL_S,
      },
    }],
  });
}

/** Starts a name server that knows the given names, at a free port of 127.0.0.1. */
export function serveNames(
  addresses: ReadonlyMap<string, string>,
): NameServer {
  const { tcp, udp } = listenAtBoth((conn) => answerStream(conn, addresses));
  const answering = (async () => {
    for (
      let datagram = await udp.receive();
      datagram;
      datagram = await udp.receive()
    ) {
      if (!isAnswerable(datagram.from, udp.addr)) continue;
      const response = answerQuery(datagram.data, addresses);
      // Who cannot be answered asks again, or somebody else.
      if (response) await udp.send(response, datagram.from).catch(() => {});
    }
  })();
  return {
    addr: udp.addr,
    async [Symbol.asyncDispose]() {
      udp.close();
      await Promise.all([answering, tcp.shutdown()]);
    },
  };
}

/** Listens by TCP and UDP at one port; which is free for both, only an attempt tells. */
export function listenAtBoth(
  handler: TcpHandler,
  port = 0,
): { tcp: TcpServer; udp: UdpSocket } {
  const hostname = "127.0.0.1";
  for (let attempt = 1;; attempt++) {
    const tcp = serveTcp({ hostname, port, onError: () => {} }, handler);
    try {
      return { tcp, udp: bindUdp({ hostname, port: tcp.addr.port }) };
    } catch (error) {
      tcp.shutdown();
      // Windows denies ports that it keeps back for one of the two.
      const isTaken = error instanceof Deno.errors.AddrInUse ||
        error instanceof Deno.errors.PermissionDenied;
      if (!isTaken || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

async function answerStream(
  conn: Connection,
  addresses: ReadonlyMap<string, string>,
): Promise<void> {
  for await (const message of readMessages(conn, { idleMs: IDLE_MS })) {
    const response = answerQuery(message, addresses);
    if (!response) return;
    await writeMessage(conn, response);
  }
}
