/**
 * The rules for UDP echo servers and clients: RFC 768, RFC 862.
 *
 * @module
 */

import { bindUdp, MAX_UDP_PAYLOAD, type UdpSocket } from "../udp.ts";
import type { Client } from "./client.ts";
import { Finding, type Rule } from "./rule.ts";
import type { Server } from "./server.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** How long a reply may take on the way, in ms. */
const REPLY_MS = 500;
/** How often a datagram is sent again until the program listens. */
const ATTEMPTS = 10;
/** How long a client may wait for replies that never come, in ms. */
const PATIENCE_MS = 12_000;

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

function own(): UdpSocket {
  return bindUdp({ hostname: "127.0.0.1", port: 0 });
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
      using socket = own();
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
      using socket = own();
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
      using socket = own();
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
      using one = own();
      using two = own();
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

/** What the check does with each datagram of a client. */
type Answer = (
  socket: UdpSocket,
  data: Uint8Array,
  client: Deno.NetAddr,
) => Promise<void>;

/** Runs a client against a server that does what `answer` says; counts datagrams. */
async function against(client: Client, answer: Answer, limitMs: number) {
  using socket = own();
  let received = 0;
  const answering = (async () => {
    let datagram = await socket.receive();
    while (datagram) {
      received++;
      await answer(socket, datagram.data, datagram.from);
      datagram = await socket.receive();
    }
  })();
  try {
    const ending = await client.run(socket.addr.port, limitMs);
    if (received === 0) throw new Finding("it sent no datagram");
    return { ...ending, received };
  } finally {
    socket.close();
    await answering;
  }
}

/** The rules for clients, in the order in which they are judged. */
export const UDP_CLIENT_RULES: readonly Rule<Client>[] = [
  {
    id: "udp-sends",
    tier: "basic",
    title: "sends datagrams, and ends when they are answered",
    why: "RFC 862, UDP: each datagram is answered by one of the same data.",
    readOn: "exercises/udp_client.ts; Python: sendto, recvfrom",
    hint: "There is nothing to connect: send to the address at once.",
    run: async (client) => {
      const { code } = await against(
        client,
        (socket, data, from) => socket.send(data, from),
        PATIENCE_MS,
      );
      if (code !== 0) {
        throw new Finding(
          `it ended with exit code ${code} though all was answered`,
        );
      }
    },
  },
  {
    id: "udp-loss",
    tier: "strict",
    title: "does not wait for ever for a reply that is lost",
    why: "UDP guarantees no delivery: a lost datagram looks like a slow one.",
    readOn: "exercises/udp_client.ts --answer; Python: settimeout",
    hint: "Set a timeout, and take it for a loss.",
    needs: ["udp-sends"],
    run: async (client) => {
      const { code } = await against(
        client,
        () => Promise.resolve(),
        PATIENCE_MS,
      );
      if (code === 0) {
        throw new Finding(
          "it ended with exit code 0 though nothing was answered",
        );
      }
    },
  },
  {
    id: "udp-forged",
    tier: "strict",
    title: "takes no reply from another address than the server's",
    why: "Anybody may send a datagram to its port (RFC 768 has no connection).",
    readOn: "exercises/udp_client.ts --answer",
    hint: "Compare the address that recvfrom returns with the server's.",
    needs: ["udp-loss"],
    run: async (client) => {
      using forger = own();
      const { code } = await against(
        client,
        (_, data, from) => forger.send(data, from),
        PATIENCE_MS,
      );
      if (code === 0) {
        throw new Finding("it took replies from another port for the server's");
      }
    },
  },
];
