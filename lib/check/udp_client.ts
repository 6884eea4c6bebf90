/**
 * The rules for UDP echo clients: RFC 768, RFC 862.
 *
 * @module
 */

import { bindUdp, type UdpSocket } from "../udp.ts";
import type { Client } from "./client.ts";
import { Finding, type Rule } from "./rule.ts";

const ANY_PORT = { hostname: "127.0.0.1", port: 0 };
/** How long a client may wait for replies that never come, in ms. */
const PATIENCE_MS = 12_000;

/** What the check does with each datagram of a client. */
type Answer = (
  socket: UdpSocket,
  data: Uint8Array,
  client: Deno.NetAddr,
) => Promise<void>;

/** Runs a client against a server that does what `answer` says; counts datagrams. */
async function against(client: Client, answer: Answer, limitMs: number) {
  using socket = bindUdp(ANY_PORT);
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
        throw new Finding("it failed though all was answered");
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
      using forger = bindUdp(ANY_PORT);
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
