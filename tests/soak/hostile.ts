/**
 * Peers that do what no client should, at a steady pace: they reset, leave in
 * the middle, never read, send a byte a second. Some of them are owed their full
 * echo all the same; that is checked.
 *
 * @module
 */

import { connectTcp } from "../../lib/connect.ts";
import type { Connection } from "../../lib/connection.ts";
import type { Endpoint } from "../../lib/endpoint.ts";
import { writeAll } from "../../lib/stream.ts";
import { connectAndReset } from "../faults/reset.ts";
import { echoes, requirePeerFault } from "./echo.ts";
import { pause } from "./process.ts";

/** How often new peers come, in ms. */
const TICK_MS = 100;
/** No new peers come while there are so many. */
const MOST_PEERS = 400;
/** How much a peer that never reads sends at most, and in which pieces. */
const MOST_UNREAD = 256 * 1024 * 1024, PIECE = 65_536;
/** How long it stays, in ms. */
const UNREAD_MS = 15_000;
/** The pause between the bytes of a slow peer, in ms, and how many it sends. */
const DRIP_MS = 1000, DRIPS = 10;
/** The pause after a peer that is always there has failed, in ms. */
const RETRY_MS = 500;

/** What a peer needs to know. */
interface Place {
  endpoint: Endpoint;
  /** How long a reply may take. */
  patienceMs: number;
  /** Settles when all peers are to leave. */
  stopped: Promise<void>;
  isStopped: boolean;
}

/** Behaves badly; resolves to whether it got its full echo, if it is owed one. */
type Peer = (place: Place) => Promise<boolean | void>;

/** How many of each kind come at each tick: 200 a second in all. */
const PASSING: [peer: Peer, count: number][] = [
  // Most of these are gone before the server has accepted them.
  [({ endpoint }) => connectAndReset(endpoint), 8],
  [
    ({ endpoint }) =>
      connectAndReset(endpoint, { send: random(randomSize(4096)) }),
    4,
  ],
  [halfClose, 3],
  [leaveInTheMiddle, 2],
  [allBytes, 3],
];
/** How many of each kind are there at any time. */
const STAYING: [peer: Peer, count: number][] = [[neverRead, 4], [drip, 10]];

/** The hostile peers of a server; they come until they are stopped. */
export class HostilePeers implements AsyncDisposable {
  /** How many there were. */
  count = 0;
  /** How many got their full echo. */
  echoed = 0;
  /** How many did not, though they are owed it. */
  notEchoed = 0;
  /** What went wrong at this end, if anything did. */
  error: unknown;
  #place: Place;
  #stop: () => void;
  #timer: ReturnType<typeof setInterval>;
  #present = new Set<Promise<void>>();

  /** The first ones come at once. */
  constructor(endpoint: Endpoint, patienceMs: number) {
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    this.#stop = resolve;
    this.#place = { endpoint, patienceMs, stopped, isStopped: false };
    for (const [peer, count] of STAYING) {
      for (let n = 0; n < count; n++) this.#admit(this.#again(peer));
    }
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** No more come; resolves when the last has left. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#place.isStopped = true;
    this.#stop();
    await Promise.all(this.#present);
  }

  #tick(): void {
    for (const [peer, count] of PASSING) {
      for (let n = 0; n < count && this.#present.size < MOST_PEERS; n++) {
        this.#admit(this.#once(peer));
      }
    }
  }

  #admit(visit: Promise<unknown>): void {
    const settled = visit
      .then(() => {}, (error) => {
        this.error ??= error;
      })
      .then(() => {
        this.#present.delete(settled);
      });
    this.#present.add(settled);
  }

  async #again(peer: Peer): Promise<void> {
    while (!this.#place.isStopped) {
      if (!await this.#once(peer)) await pause(RETRY_MS, this.#place.stopped);
    }
  }

  // Resolves to whether it went as it should.
  async #once(peer: Peer): Promise<boolean> {
    this.count++;
    const isEchoed = await peer(this.#place);
    if (isEchoed === true) this.echoed++;
    if (isEchoed === false) this.notEchoed++;
    return isEchoed !== false;
  }
}

async function halfClose(place: Place): Promise<boolean> {
  return await exchange(place, random(randomSize(PIECE)), true);
}

async function allBytes(place: Place): Promise<boolean> {
  const bytes = Uint8Array.from({ length: 1024 }, (_, index) => index * 167);
  return await exchange(place, bytes, false);
}

async function exchange(
  { endpoint, patienceMs }: Place,
  bytes: Uint8Array,
  isLast: boolean,
): Promise<boolean> {
  const conn = await connected(endpoint);
  if (!conn) return false;
  const isEchoed = await echoes(conn, bytes, patienceMs, isLast);
  conn.close();
  return isEchoed;
}

async function leaveInTheMiddle({ endpoint }: Place): Promise<void> {
  using conn = await connected(endpoint);
  if (conn) {
    await writeAll(conn, random(randomSize(63))).catch(requirePeerFault);
  }
}

async function neverRead({ endpoint, stopped }: Place): Promise<void> {
  const conn = await connected(endpoint);
  if (!conn) return await pause(RETRY_MS, stopped);
  const leaving = pause(UNREAD_MS, stopped).then(() => conn.close());
  try {
    const piece = random(PIECE);
    for (let sent = 0; sent < MOST_UNREAD; sent += PIECE) {
      await writeAll(conn, piece, { timeoutMs: Infinity });
    }
  } catch (error) {
    requirePeerFault(error);
  }
  await leaving;
}

async function drip(place: Place): Promise<boolean> {
  const conn = await connected(place.endpoint);
  if (!conn) return false;
  let isEchoed = true;
  for (let n = 0; n < DRIPS && isEchoed && !place.isStopped; n++) {
    isEchoed = await echoes(conn, random(1), place.patienceMs);
    await pause(DRIP_MS, place.stopped);
  }
  conn.close();
  return isEchoed;
}

async function connected(
  endpoint: Endpoint,
): Promise<Connection | undefined> {
  try {
    return await connectTcp(endpoint);
  } catch (error) {
    requirePeerFault(error);
  }
}

function randomSize(most: number): number {
  return 1 + Math.floor(Math.random() * most);
}

function random(size: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(size));
}
