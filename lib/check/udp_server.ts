/**
 * The rules for UDP echo servers: RFC 768, RFC 862.
 *
 * @module
 */

import { bindUdp, MAX_UDP_PAYLOAD, type UdpSocket } from "../udp.ts";
import { encode } from "./bytes.ts";
import { Finding, type Rule } from "./rule.ts";
import type { Server } from "./server.ts";

const ANY_PORT = { hostname: "127.0.0.1", port: 0 };
/** How long a reply may take on the way, in ms. */
const REPLY_MS = 500;
/** How often a datagram is sent again until the program listens. */
const ATTEMPTS = 10;

/** Sends a datagram and returns the reply; `undefined` if none comes. */
async function ask(
  socket: UdpSocket,
  { endpoint }: Server,
  data: Uint8Array,
): Promise<Uint8Array | undefined> {
  await socket.send(data, endpoint);
  const reply = await socket.receive(REPLY_MS);
  return reply?.data.slice();
}

/** Waits until the server answers: UDP tells nobody whether it listens. */
async function ready(socket: UdpSocket, server: Server): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await ask(socket, server, encode("are you there?"))) return;
  }
  throw new Finding(
    `it answered none of ${ATTEMPTS} datagrams within ${
      ATTEMPTS * REPLY_MS / 1000
    } s`,
  );
}

function requireSame(sent: Uint8Array, received: Uint8Array | undefined): void {
  if (!received) {
    throw new Finding(`a datagram of ${sent.length} bytes was not answered`, {
      sent,
    });
  }
  const isSame = sent.length === received.length &&
    sent.every((byte, index) => byte === received[index]);
  if (isSame) return;
  throw new Finding(
    `a datagram of ${sent.length} bytes came back as one of ${received.length}`,
    { sent, expected: sent, received },
    received.length < sent.length && received.length > 0
      ? `its buffer holds ${received.length} bytes: the rest of a datagram is lost`
      : undefined,
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
      using socket = bindUdp(ANY_PORT);
      await ready(socket, server);
      const sent = encode("Test message: SDN course examples");
      requireSame(sent, await ask(socket, server, sent));
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
      using socket = bindUdp(ANY_PORT);
      await ready(socket, server);
      for (const size of [1, 0, 512]) {
        const sent = new Uint8Array(size).map((_, index) => index);
        requireSame(sent, await ask(socket, server, sent));
      }
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
      using socket = bindUdp(ANY_PORT);
      await ready(socket, server);
      for (const size of [1472, MAX_UDP_PAYLOAD]) {
        const sent = new Uint8Array(size).fill(97);
        requireSame(sent, await ask(socket, server, sent));
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
      using one = bindUdp(ANY_PORT);
      using two = bindUdp(ANY_PORT);
      await ready(one, server);
      for (
        const [socket, text] of [[one, "1"], [two, "2"], [one, "3"]] as const
      ) {
        const sent = encode(text);
        requireSame(sent, await ask(socket, server, sent));
      }
    },
  },
];
