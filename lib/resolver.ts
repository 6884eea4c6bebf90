/**
 * A stub resolver: it asks one name server for the IPv4 addresses of a name, and
 * tells its answers apart, which `Deno.resolveDns()` does not.
 *
 * Sources: RFC 1035 (messages), 2308 (negative answers), 5452 (which answers to
 * believe), 7766 (TCP).
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { connectTcp } from "./connect.ts";
import { unlessAborted } from "./deadline.ts";
import dnsPacket, { type DecodedMessage } from "./dns_packet.ts";
import { readMessages, writeMessage } from "./dns_stream.ts";
import { canonical, type Endpoint, ownHost } from "./endpoint.ts";
import type { Fault } from "./fault.ts";
import { isIpv4 } from "./ipv4.ts";
import { bindUdp, type UdpSocket } from "./udp.ts";

/** After so long a query is sent again, in ms; as resolv.conf(5) has it. */
const RESEND_MS = 5000;
/**
 * The longest answer over UDP, in bytes; RFC 1035, section 4.2.1 allows 512. To zero
 * a buffer for any datagram would take longer than all else.
 */
const MOST_BYTES = 1232;
/** One more shows that an answer was cut; of Windows it would be an error. */
const BUFFER_BYTES = Deno.build.os === "windows" ? undefined : MOST_BYTES + 1;
/** So many messages over TCP may be no answer. */
const MOST_WRONG = 100;
/** An answer may lead through so many aliases. */
const MOST_ALIASES = 16;

const UNREACHABLE = "the name server cannot be reached";

/** What a name server says by its response code (RFC 1035, section 4.1.1). */
const REFUSALS: Record<string, string> = {
  FORMERR: "the name server does not understand the question",
  SERVFAIL: "the name server has failed",
  NOTIMP: "the name server cannot answer such a question",
  REFUSED: "the name server refuses to answer",
};

/**
 * Asks a name server for the IPv4 addresses of a name. Whatever is no answer to
 * that question, garbage or a forgery, is passed over; the wait for the answer
 * ends with `signal`.
 *
 * @throws {Deno.errors.NotFound} if the name server knows no such name, or no
 * address for it
 * @throws {Deno.errors.TimedOut} if it cannot be reached, or would not answer
 */
export async function queryIpv4(
  name: string,
  server: Endpoint,
  signal: AbortSignal,
): Promise<string[]> {
  const query = dnsPacket.encode({
    type: "query",
    id: crypto.getRandomValues(new Uint16Array(1))[0],
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ name: name.replace(/\.$/, ""), type: "A" }],
  });
  const answer = await askOverUdp(query, server, signal);
  const isWhole = answer && !answer.flag_tc;
  return addressesIn(
    isWhole ? answer : await askOverTcp(query, server, signal),
  );
}

/** The answer, or `undefined` if it is longer than RFC 1035 allows over UDP. */
async function askOverUdp(
  query: Uint8Array,
  server: Endpoint,
  signal: AbortSignal,
): Promise<DecodedMessage | undefined> {
  using socket = socketTo(server, signal);
  try {
    await socket.send(query, server);
  } catch (cause) {
    if (signal.aborted || cause instanceof Deno.errors.NotCapable) throw cause;
    throw failure(UNREACHABLE, cause);
  }
  // If this one cannot be sent, the next one may.
  const resend = () => socket.send(query, server).catch(() => {});
  const repeat = setInterval(resend, RESEND_MS);
  try {
    const address = canonical(server.hostname);
    for (;;) {
      const datagram = await socket.receive();
      if (!datagram) throw signal.reason;
      const { data, from } = datagram;
      if (from.port !== server.port || canonical(from.hostname) !== address) {
        continue;
      }
      const isCut = data.length > MOST_BYTES;
      if (isCut && data[0] === query[0] && data[1] === query[1]) return;
      const answer = answerTo(query, data);
      if (answer) return answer;
    }
  } finally {
    clearInterval(repeat);
  }
}

/** A socket to ask by; there is none to an IPv6 address where IPv6 is switched off. */
function socketTo(server: Endpoint, signal: AbortSignal): UdpSocket {
  const hostname = ownHost(server.hostname);
  try {
    return bindUdp({ hostname, port: 0, maxBytes: BUFFER_BYTES, signal });
  } catch (cause) {
    const { code } = cause as Fault;
    if (code !== "EADDRNOTAVAIL" && code !== "EAFNOSUPPORT") throw cause;
    throw failure(UNREACHABLE, cause);
  }
}

async function askOverTcp(
  query: Uint8Array,
  server: Endpoint,
  signal: AbortSignal,
): Promise<DecodedMessage> {
  // No limits but the signal: a slow server is waited for.
  const connecting = connectTcp(server);
  using conn = await unlessAborted(connecting, signal, (late) => late.close())
    .catch((cause) => {
      throw failure("the name server cannot be reached by TCP", cause);
    });
  signal.addEventListener("abort", () => conn.close());
  let wrong = 0;
  try {
    await writeMessage(conn, query);
    for await (const message of readMessages(conn)) {
      const answer = answerTo(query, message);
      if (answer) return answer;
      if (++wrong === MOST_WRONG) break;
    }
  } catch (cause) {
    throw failure("the name server broke off its answer", cause);
  }
  throw failure(
    wrong === MOST_WRONG
      ? "the name server does not answer the question"
      : "the name server broke off its answer",
  );
}

/** The message in `data` if it answers `query`, and not another or nothing at all. */
function answerTo(
  query: Uint8Array,
  data: Uint8Array,
): DecodedMessage | undefined {
  const { id, questions: [asked] } = dnsPacket.decode(Buffer.from(query));
  let answer: DecodedMessage;
  try {
    answer = dnsPacket.decode(Buffer.from(data));
  } catch {
    return; // no DNS message
  }
  const { questions: [question, ...more], rcode } = answer;
  // Who does not understand a question need not repeat it (RFC 1035, section 7.3).
  const isRefusal = !question && rcode !== "NOERROR" && rcode !== "NXDOMAIN";
  const isAsked = question && more.length === 0 &&
    isSame(question.name, asked.name) && question.type === asked.type &&
    question.class === asked.class;
  const isAnswer = answer.type === "response" && answer.id === id &&
    (isAsked || isRefusal) &&
    answer.answers.every(({ type, data }) => type !== "A" || isIpv4(`${data}`));
  return isAnswer ? answer : undefined;
}

function addressesIn({ rcode, questions, answers }: DecodedMessage): string[] {
  if (rcode === "NXDOMAIN") {
    throw new Deno.errors.NotFound("there is no such name (NXDOMAIN)");
  }
  if (rcode !== "NOERROR") {
    throw failure(`${REFUSALS[rcode] ?? "no answer"} (${rcode})`);
  }
  let [{ name }] = questions;
  for (let aliases = 0; aliases <= MOST_ALIASES; aliases++) {
    const records = answers.filter((one) =>
      isSame(one.name, name) && one.class === "IN"
    );
    const addresses = records.filter(({ type }) => type === "A")
      .map(({ data }) => String(data));
    if (addresses.length > 0) return addresses;
    const alias = records.find(({ type }) => type === "CNAME");
    if (!alias) break;
    name = String(alias.data);
  }
  throw new Deno.errors.NotFound("the name has no IPv4 address");
}

// Letters of either case are the same in a name (RFC 4343).
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function failure(message: string, cause?: unknown): Error {
  return new Deno.errors.TimedOut(message, { cause });
}
