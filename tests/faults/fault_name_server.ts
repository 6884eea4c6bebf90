/**
 * A name server on loopback that does wrong what a name server can do wrong:
 * which fault it shows is the first label of the name that is asked for, so
 * `servfail.test` brings SERVFAIL. It answers over UDP and TCP. In a test it is
 * called; in a network namespace it runs as a program.
 *
 * RFC 1035 (messages), 2308 (negative answers), 7766 (DNS over TCP).
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { listenAtBoth } from "../../lib/demo/name_server.ts";
import dnsPacket, {
  type DecodedMessage,
  type Message,
  type Record as DnsRecord,
} from "../../lib/dns_packet.ts";
import { readMessages } from "../../lib/dns_stream.ts";
import { writeAll } from "../../lib/stream.ts";

/** The address of every name whose fault lets an answer through (RFC 5737). */
export const ADDRESS = "192.0.2.7";
/** How long the fault `slow` holds its answer back, in ms. */
export const SLOW_MS = 1500;
/** What the fault `control` has in the names and addresses of its answer. */
export const CONTROL = "\x1b[2J\x1b]0;x\x07\x9b31m\r\b\u202e\u200b";

const TC = 0x0200;
// Without it glibc takes an empty answer for one of a server that knows nothing.
const AUTHORITATIVE = dnsPacket.AUTHORITATIVE_ANSWER;
const FORMERR = 1, SERVFAIL = 2, NXDOMAIN = 3, NOTIMP = 4, REFUSED = 5;

/** What is sent back over UDP, one datagram after another, and over TCP. */
interface Answers {
  /** The datagrams; none leaves the client without an answer. */
  udp: Uint8Array[];
  /** The bytes on a TCP connection; without any it is closed. */
  tcp?: Uint8Array;
  /** Closes the TCP connection behind them. */
  tcpEnds?: boolean;
  /** Keeps the TCP connection open without a word. */
  tcpSilent?: boolean;
  /** How long all that is held back, in ms. */
  delayMs?: number;
}

type Fault = (query: DecodedMessage) => Answers;

const FAULTS = {
  /** No fault at all. */
  good: over((query) => reply(query)),
  nxdomain: over((query) => refusal(query, NXDOMAIN)),
  nodata: over((query) => refusal(query, 0)),
  servfail: over((query) => refusal(query, SERVFAIL)),
  refused: over((query) => refusal(query, REFUSED)),
  notimp: over((query) => refusal(query, NOTIMP)),
  formerr: over((query) => refusal(query, FORMERR)),
  slow: (query) => ({ ...both(reply(query)), delayMs: SLOW_MS }),
  silent: () => ({ udp: [], tcpSilent: true }),
  /** The answer to a query that was never asked. */
  "wrong-id": over((query) => reply({ ...query, id: query.id ^ 1 })),
  /** A forged answer first, as a blind attacker sends it, then the true one. */
  "forged-first": (query) => ({
    udp: [
      reply({ ...query, id: query.id ^ 1 }, [record(query, "192.0.2.66")]),
      reply(query),
    ],
  }),
  "wrong-question": over((query) =>
    reply({ ...query, questions: [{ name: "other.test", type: "A" }] })
  ),
  /** The right question, and a record about somebody else. */
  "wrong-name": over((query) =>
    reply(query, [{ ...record(query), name: "other.test" }])
  ),
  garbage: (query) => both(garbage(query.id ^ 0x5555)),
  /** Garbage behind an id that is right. */
  "garbage-id": (query) => both(garbage(query.id)),
  empty: () => both(new Uint8Array()),
  "header-only": (query) => both(reply(query).subarray(0, 12)),
  "cut-off": (query) => both(reply(query).subarray(0, -3)),
  /** Too large for UDP: the whole answer is to be had over TCP. */
  tc: (query) => ({ udp: [truncated(query)], tcp: framed(reply(query)) }),
  "tc-closed": (query) => ({ udp: [truncated(query)] }),
  "tc-silent": (query) => ({ udp: [truncated(query)], tcpSilent: true }),
  /** Over TCP less comes than its length says. */
  "tc-short": (query) => ({
    udp: [truncated(query)],
    tcp: framed(reply(query)).subarray(0, -3),
    tcpEnds: true,
  }),
  /** Over TCP comes nothing but messages without a byte. */
  "tc-flood": (query) => ({
    udp: [truncated(query)],
    tcp: new Uint8Array(1 << 20),
    tcpSilent: true,
  }),
  /** Longer than allowed over UDP, and not said so. */
  long: (query) => {
    const records = Array.from({ length: 100 }, () => record(query));
    return { udp: [reply(query, records)], tcp: framed(reply(query, records)) };
  },
  /** Not even the question is repeated. */
  "refused-bare": over((query) =>
    reply(query, [], { questions: [], flags: REFUSED })
  ),
  /** An address of another class than that of the Internet. */
  chaos: over((query) => reply(query, [{ ...record(query), class: "CH" }])),
  "rdlength-long": (query) => both(withRdlength(reply(query), 400)),
  "rdlength-short": (query) => both(withRdlength(reply(query), 3)),
  "count-wrong": (query) => both(withAnswerCount(reply(query), 9)),
  /** The answer's name is a pointer to itself (RFC 1035, section 4.1.4). */
  "pointer-loop": (query) => both(selfPointing(query)),
  "cname-loop": over((query) => {
    const [{ name }] = query.questions;
    return reply(query, [
      cname(name, "elsewhere.test"),
      cname("elsewhere.test", name),
    ]);
  }),
  "cname-self": over((query) => {
    const [{ name }] = query.questions;
    return reply(query, [cname(name, name)]);
  }),
  /** An alias with what a terminal would act on. */
  control: over((query) => {
    const [{ name }] = query.questions;
    const alias = `${CONTROL}.test`;
    return reply(query, [
      cname(name, alias),
      { ...record(query), name: alias },
    ]);
  }),
  "control-alone": over((query) => {
    const [{ name }] = query.questions;
    return reply(query, [cname(name, `${CONTROL}.test`)]);
  }),
} satisfies Record<string, Fault>;

/** A fault, by the first label of the names that show it. */
export type FaultName = keyof typeof FAULTS;

/** Every fault. */
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** A running name server. */
export interface FaultNameServer extends AsyncDisposable {
  /** Where it answers, over UDP and TCP. */
  readonly addr: Deno.NetAddr;
  /** The names that were asked for, over UDP and TCP, in order. */
  readonly asked: string[];
}

/**
 * Starts the name server on 127.0.0.1, at a free port unless one is given. With
 * `always` it shows that one fault, whatever the name.
 */
export function serveFaults(
  always?: FaultName,
  port = 0,
): FaultNameServer {
  const asked: string[] = [];
  const ending = new AbortController();

  const answersTo = async (packet: Uint8Array): Promise<Answers> => {
    const query = dnsPacket.decode(Buffer.from(packet));
    const [{ name, type }] = query.questions;
    asked.push(name);
    const label = always ?? name.split(".")[0].toLowerCase();
    // Whoever looks for an address asks for both kinds; there are only IPv4 ones.
    const fault: Fault = /^A(AAA)?$/.test(type) && label in FAULTS
      ? FAULTS[label as FaultName]
      : FAULTS.nodata;
    const answers = fault(query);
    await wait(answers.delayMs ?? 0, ending.signal);
    return answers;
  };

  const { tcp, udp } = listenAtBoth(async (conn) => {
    for await (const message of readMessages(conn)) {
      const { tcp, tcpEnds, tcpSilent } = await answersTo(message);
      if (tcp) await writeAll(conn, tcp);
      if (tcpEnds || !tcp && !tcpSilent) return;
    }
  }, port);
  const sending = new Set<Promise<void>>();
  const answering = (async () => {
    for (
      let datagram = await udp.receive();
      datagram;
      datagram = await udp.receive()
    ) {
      const { from } = datagram;
      // Not awaited here: a slow answer holds up no other.
      const sent = answersTo(datagram.data).then(async ({ udp: packets }) => {
        if (ending.signal.aborted) return;
        for (const packet of packets) await udp.send(packet, from);
      }).finally(() => sending.delete(sent));
      sending.add(sent);
    }
  })();
  return {
    addr: udp.addr,
    asked,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await Promise.all(sending);
      udp.close();
      await Promise.all([answering, tcp.shutdown()]);
    },
  };
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (ms === 0 || signal.aborted) return Promise.resolve();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  }, { once: true });
  return promise;
}

function record({ questions }: DecodedMessage, data = ADDRESS): DnsRecord {
  return { type: "A", name: questions[0].name, ttl: 60, data };
}

function cname(name: string, data: string): DnsRecord {
  return { type: "CNAME", name, ttl: 60, data };
}

/** An answer as it should be, or with other records, flags and sections. */
function reply(
  query: DecodedMessage,
  answers: DnsRecord[] = query.questions[0].type === "A" ? [record(query)] : [],
  more: Message = {},
): Uint8Array {
  return dnsPacket.encode({
    type: "response",
    id: query.id,
    flags: dnsPacket.RECURSION_DESIRED | AUTHORITATIVE,
    questions: query.questions,
    answers,
    ...more,
  });
}

/** An answer without a record; the response code says why. */
function refusal(query: DecodedMessage, rcode: number): Uint8Array {
  const soa = {
    mname: "ns.test",
    rname: "nobody.test",
    serial: 1,
    refresh: 3600,
    retry: 600,
    expire: 86400,
    minimum: 60,
  };
  const isNegative = rcode === 0 || rcode === NXDOMAIN;
  return reply(query, [], {
    flags: dnsPacket.RECURSION_DESIRED | AUTHORITATIVE | rcode,
    authorities: isNegative
      ? [{ type: "SOA", name: "test", ttl: 60, data: soa }]
      : [],
  });
}

/** An empty answer that asks for another try over TCP. */
function truncated(query: DecodedMessage): Uint8Array {
  return reply(query, [], {
    flags: dnsPacket.RECURSION_DESIRED | AUTHORITATIVE | TC,
  });
}

function garbage(id: number): Uint8Array {
  const bytes = Uint8Array.from({ length: 60 }, (_, at) => (at * 97) ^ 0xff);
  bytes.set([id >> 8, id & 0xff]);
  return bytes;
}

/** The last record is of type A: two bytes of length and four of address. */
function withRdlength(packet: Uint8Array, length: number): Uint8Array {
  packet.set([length >> 8, length & 0xff], packet.length - 6);
  return packet;
}

function withAnswerCount(packet: Uint8Array, count: number): Uint8Array {
  packet.set([count >> 8, count & 0xff], 6);
  return packet;
}

function selfPointing(query: DecodedMessage): Uint8Array {
  const start = withAnswerCount(reply(query, []), 1);
  const pointer = [0xc0 | (start.length >> 8), start.length & 0xff];
  const rest = [0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7];
  return Uint8Array.from([...start, ...pointer, ...rest]);
}

/** A message as TCP carries it: behind its length. */
function framed(packet: Uint8Array): Uint8Array {
  return Uint8Array.from([packet.length >> 8, packet.length & 255, ...packet]);
}

function both(packet: Uint8Array): Answers {
  return { udp: [packet], tcp: framed(packet) };
}

function over(make: (query: DecodedMessage) => Uint8Array): Fault {
  return (query) => both(make(query));
}

// As a program it serves at the port that it is given, until it is killed: for
// the system's resolver, which asks at port 53 only.
if (import.meta.main) {
  const server = serveFaults(undefined, Number(Deno.args[0]));
  console.log(`listening on ${server.addr.hostname} ${server.addr.port}`);
}
