/**
 * The rules for UDP echo clients: RFC 768, RFC 862.
 *
 * @module
 */

import { pause } from "../deadline.ts";
import { bindUdp, type UdpSocket } from "../udp.ts";
import { type Client, requireSuccess } from "./client.ts";
import { type Ending, START_MS } from "./program.ts";
import { Finding, type Rule } from "./rule.ts";

const ANY_PORT = { hostname: "127.0.0.1", port: 0 };
/** The delay before the first reply: a client that does not wait has ended, in ms. */
const REPLY_MS = 80;
/** How long a client may wait for a reply that never comes, in ms. */
const PATIENCE_MS = 12_000;

/** What the check does with each datagram of a client. */
type Answer = (
  socket: UdpSocket,
  data: Uint8Array,
  client: Deno.NetAddr,
  end: Promise<void>,
) => Promise<void>;

/** Runs a client against a server that does what `answer` says. */
async function against(client: Client, answer: Answer): Promise<Ending> {
  using socket = bindUdp(ANY_PORT);
  const ending = client.run(socket.addr.port);
  let hasEnded = false;
  const end = ending.then(() => void (hasEnded = true));
  let received = 0;
  let datagram = await Promise.race([socket.receive(START_MS), end]);
  while (datagram) {
    received++;
    await answer(socket, datagram.data, datagram.from, end);
    datagram = await Promise.race([socket.receive(PATIENCE_MS), end]);
  }
  if (received === 0) throw new Finding("it sent no datagram");
  if (!hasEnded) {
    throw new Finding(
      `it still runs ${PATIENCE_MS / 1000} s after its last datagram`,
    );
  }
  return await ending;
}

/** What comes of a client whose datagrams are all lost. */
function unanswered(client: Client): Promise<Ending> {
  return against(client, () => Promise.resolve());
}

/** A socket with the server's port at another address of loopback; macOS has none. */
function neighbour(port: number): UdpSocket | undefined {
  try {
    return bindUdp({ hostname: "127.0.0.2", port });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrNotAvailable)) throw error;
  }
}

/**
 * Gives a client one reply to each datagram, and not from its server.
 *
 * @throws {Finding} if it took them for its server's; says from which other `what`
 */
async function forged(
  client: Client,
  what: string,
  forgerOf: (port: number) => UdpSocket | undefined,
): Promise<void> {
  let forger: UdpSocket | undefined;
  try {
    const { code } = await against(client, async ({ addr }, data, from) => {
      forger ??= forgerOf(addr.port);
      await forger?.send(data, from);
    });
    if (code !== 0) return;
    throw new Finding(`it took replies from another ${what} for the server's`);
  } finally {
    forger?.close();
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
      let isFirst = true;
      const ending = await against(client, async (socket, data, from, end) => {
        if (isFirst) {
          let hasEnded = false;
          end.then(() => hasEnded = true);
          await pause(REPLY_MS);
          if (hasEnded) {
            throw new Finding("it ended before its datagram was answered");
          }
          isFirst = false;
        }
        await socket.send(data, from);
      });
      requireSuccess(ending);
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
      await unanswered(client);
    },
  },
  {
    id: "udp-loss-exit",
    tier: "strict",
    title: "ends with another exit code than 0 if nothing was answered",
    why:
      "The exit code is how other programs learn that it failed, as of ping.",
    readOn: "ping(8), exit(3)",
    hint: "Count the replies, and end with 1 if there was none: sys.exit(1).",
    needs: ["udp-loss"],
    run: async (client) => {
      const { code } = await unanswered(client);
      if (code !== 0) return;
      throw new Finding(
        "it ended with exit code 0 though nothing was answered",
      );
    },
  },
  {
    id: "udp-forged",
    tier: "strict",
    title: "takes no reply from another address than the server's",
    why: "Anybody may send a datagram to its port (RFC 768 has no connection).",
    readOn: "exercises/udp_client.ts --answer",
    hint: "Compare the address that recvfrom returns with the server's.",
    needs: ["udp-loss-exit"],
    run: async (client) => {
      await Promise.all([
        forged(client, "port", () => bindUdp(ANY_PORT)),
        forged(client, "address", neighbour),
      ]);
    },
  },
];
