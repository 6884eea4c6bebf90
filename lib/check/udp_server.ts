/**
 * The rules for UDP echo servers: RFC 768, RFC 862.
 *
 * @module
 */

import { MAX_UDP_PAYLOAD } from "../udp.ts";
import { encode, firstDifference, MESSAGE } from "./bytes.ts";
import { Finding, type Rule } from "./rule.ts";
import type { Server } from "./server.ts";
import { Talk } from "./udp_talk.ts";

/** Sends a datagram, and returns if the same comes back. */
async function requireEcho(talk: Talk, sent: Uint8Array): Promise<void> {
  const received = await talk.ask(sent);
  const at = firstDifference(sent, received);
  if (at === undefined) return;
  const isCut = at === received.length && at > 0;
  const cause = sent[at] === 0
    ? "it takes a zero byte for the end, as strlen does"
    : `its buffer holds ${at} bytes: the rest of a datagram is lost`;
  throw new Finding(
    `a datagram of ${sent.length} bytes came back ` +
      (received.length === sent.length
        ? `changed from byte ${at} on`
        : `as one of ${received.length}`),
    { sent, expected: sent, received },
    isCut ? cause : undefined,
  );
}

/** The rules for servers, in the order in which they are judged. */
export const UDP_SERVER_RULES: readonly Rule<Server>[] = [
  {
    id: "udp-reply",
    tier: "basic",
    title: "sends a datagram back to where it came from",
    why:
      "RFC 862, UDP: the data of a datagram is sent back in an answering one.",
    readOn: "exercises/udp_server.ts; Python: recvfrom, sendto",
    hint: "recvfrom returns the data and the sender: send to that sender.",
    run: async (server) => {
      using talk = new Talk(server);
      await talk.begin();
      await requireEcho(talk, MESSAGE);
    },
  },
  {
    id: "udp-boundaries",
    tier: "strict",
    title: "answers each datagram by one of the same bytes, an empty one too",
    why: "UDP keeps the boundaries of datagrams (RFC 768); one may be empty.",
    readOn: "udp(7)",
    hint: "Nothing received is a datagram too: it is no end of file.",
    needs: ["udp-reply"],
    run: async (server) => {
      using talk = new Talk(server);
      await talk.begin();
      for (const size of [1, 0, 512, 1000]) {
        // A newline first, in 512 bytes a tab last: whoever strips blanks is found.
        await requireEcho(
          talk,
          Uint8Array.from({ length: size }, (_, at) => at + 10),
        );
      }
      const sent = await talk.answeredTwice();
      if (!sent) return;
      throw new Finding("it answered a datagram more than once", { sent });
    },
  },
  {
    id: "udp-largest",
    tier: "strict",
    title: "returns the largest datagram whole",
    why:
      `A payload has up to ${MAX_UDP_PAYLOAD} bytes: 65,535 less the headers of ` +
      "IPv4 and UDP; what does not fit a buffer is lost (recv(2)).",
    readOn: "recvfrom(2), MSG_TRUNC",
    hint: "Receive into a buffer of 65,535 bytes.",
    needs: ["udp-reply"],
    run: async (server) => {
      using talk = new Talk(server);
      await talk.begin();
      for (const size of [1472, MAX_UDP_PAYLOAD]) {
        await requireEcho(talk, new Uint8Array(size).fill(97));
      }
    },
  },
  {
    id: "udp-senders",
    tier: "strict",
    title: "answers two clients, each at its own address",
    why:
      "There is no connection: each datagram names its own sender (RFC 768).",
    readOn: "recvfrom(2)",
    hint: "Do not keep the first client's address.",
    needs: ["udp-reply"],
    run: async (server) => {
      using one = new Talk(server);
      using two = new Talk(server);
      await one.begin();
      await requireEcho(one, encode("1"));
      await requireEcho(two, encode("2"));
      await requireEcho(one, encode("3"));
    },
  },
];
