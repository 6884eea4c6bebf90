/**
 * Talking to a UDP server under check: who sends again cannot take the next reply
 * for the answer, since an old one may still be on its way.
 *
 * @module
 */

import { formatEndpoint, ownHost } from "../endpoint.ts";
import type { Fault } from "../fault.ts";
import { bindUdp, type UdpSocket } from "../udp.ts";
import { encode, firstDifference } from "./bytes.ts";
import { START_MS } from "./program.ts";
import { Finding, NotApplicable } from "./rule.ts";
import type { Server } from "./server.ts";

/** How long a server may take to reply, in ms. */
const REPLY_MS = 2000;
/** The pause until another datagram asks whether the server is there, in ms. */
const PROBE_MS = 500;

/** How soon a reply too many comes, in ms. */
const SURPLUS_MS = 150;

/** A datagram that was sent, and how often its bytes came back. */
interface Asked {
  data: Uint8Array;
  replies: number;
}

/** A client of the server, which knows each of its datagrams by its bytes. */
export class Talk implements Disposable {
  #server: Server;
  #socket: UdpSocket;
  #asked: Asked[] = [];

  /** Nothing is sent yet. */
  constructor(server: Server) {
    this.#server = server;
    const hostname = ownHost(server.endpoint.hostname);
    this.#socket = bindUdp({ hostname, port: 0 });
  }

  /** A datagram that was answered more than once, now or soon. */
  async answeredTwice(): Promise<Uint8Array | undefined> {
    while (true) {
      const twice = this.#asked.find(({ replies }) => replies > 1);
      if (twice) return twice.data;
      if (!await this.#receive(SURPLUS_MS)) return;
    }
  }

  /**
   * Waits until the server answers: UDP tells nobody whether it listens.
   *
   * @throws {Finding} if it does not in time
   */
  async begin(): Promise<void> {
    const deadline = performance.now() + START_MS;
    for (let probe = 1; performance.now() < deadline; probe++) {
      if (this.#server.isGone) {
        throw new Finding("it was gone, and had answered nothing");
      }
      await this.#send(encode(`are you there? ${probe}`));
      if (await this.#receive(PROBE_MS)) return;
    }
    throw new Finding(`it answered nothing within ${START_MS / 1000} s`);
  }

  /**
   * Sends a datagram, and returns what comes back, but for late replies to others.
   *
   * @throws {Finding} if nothing does
   */
  async ask(data: Uint8Array): Promise<Uint8Array> {
    const asked = await this.#send(data);
    const deadline = performance.now() + REPLY_MS;
    while (performance.now() < deadline) {
      const reply = await this.#receive(deadline - performance.now());
      if (reply && (reply.to ?? asked) === asked) return reply.data;
    }
    throw new Finding(
      `a datagram of ${data.length} bytes was not answered within ${
        REPLY_MS / 1000
      } s`,
      { sent: data },
    );
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.#socket.close();
  }

  async #send(data: Uint8Array): Promise<Asked> {
    const asked = { data, replies: 0 };
    this.#asked.push(asked);
    try {
      await this.#socket.send(data, this.#server.endpoint);
    } catch (error) {
      if ((error as Fault).code !== "EMSGSIZE") throw error;
      // macOS, for one, has a limit of its own (udp(4)).
      throw new NotApplicable(
        `this system sends no datagram of ${data.length} bytes`,
      );
    }
    return asked;
  }

  /** The next datagram, and which one it replies to, if it has the bytes of one. */
  async #receive(
    limitMs: number,
  ): Promise<{ data: Uint8Array; to: Asked | undefined } | undefined> {
    const datagram = await this.#socket.receive(limitMs);
    if (!datagram) return;
    const { endpoint } = this.#server;
    if (datagram.from.port !== endpoint.port) {
      throw new Finding(
        `it answered from port ${datagram.from.port}, and not from ${
          formatEndpoint(endpoint)
        }, where it was asked`,
        {},
        "it sends by another socket than it receives by",
      );
    }
    const data = datagram.data.slice();
    const to = this.#asked.find((one) =>
      firstDifference(one.data, data) === undefined
    );
    if (to) to.replies++;
    return { data, to };
  }
}
