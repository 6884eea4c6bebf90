/**
 * TCP servers. `Deno.listen` does the work; this module adds what a server that
 * lives longer than an example needs, each with its reason beside it.
 *
 * Python: `socket.bind`, `listen`, `accept`; C: the calls of the same names in
 * section 2 of the Unix manual. TCP itself: RFC 9293.
 *
 * @module
 */

import { Connection, type Shared } from "./connection.ts";
import { pause, timeoutError, Watch } from "./deadline.ts";
import { type Endpoint, formatEndpoint, isGroup } from "./endpoint.ts";
import { type Fault, isBrokenOff, located } from "./fault.ts";
import { requirePermission } from "./permission.ts";
import { Turns } from "./turns.ts";

/** How long a server that stops goes on reading what is on its way, in ms. */
const DRAIN_MS = 80;
/** How long it then reads on where one read does not bring all that is there, in ms. */
const REST_MS = 400;
/** If nobody was served for so long after that, it closes who says nothing, in ms. */
const IDLE_MS = 20;
/** When a server that stops closes what is still open, in ms. */
const SHUTDOWN_MS = 1500;
/** How many clients a server serves at once, unless it is told otherwise. */
const MOST_CLIENTS = 10_000;
/** So many connections beyond those may wait until their peers close, too. */
const MOST_LINGERING = 1000;
/** A limit of time may end so much later than it should, in ms. */
const SLACK_MS = 100;
/** The pause after a failed accept, such as with a full table of descriptors, in ms. */
const ACCEPT_PAUSE_MS = 100;
/** How long a client waits for a place, in ms: it may come before others are seen to go. */
const PLACE_MS = 10;

/**
 * Serves one client; when it settles, the connection is closed as soon as the client
 * has closed too, or a second later.
 */
export type TcpHandler = (conn: Connection) => Promise<void>;

/** Where and how to serve. */
export interface ServeTcpOptions extends Endpoint {
  /** Stops the server, as `shutdown()` does. */
  signal?: AbortSignal;
  /** How many handlers run at once; other clients find the connection closed. */
  maxConnections?: number;
  /**
   * Called with what a handler threw and its peer. Failed accepts and clients that
   * are turned away are reported once, until one is served again. If it throws, the
   * server ends.
   */
  onError: (error: unknown, peer?: Deno.NetAddr) => void;
}

/** A running server, in the shape of `Deno.serve`'s. */
export interface TcpServer extends AsyncDisposable {
  /** Where it listens; with port 0 asked for, the port that the system chose. */
  readonly addr: Deno.NetAddr;
  /** Settles when the last handler has, after a shutdown; rejects with what ended it. */
  readonly finished: Promise<void>;
  /**
   * Accepts no more, lets replies on their way finish, and closes every connection
   * within 2 s; settles as `finished` does.
   */
  shutdown(): Promise<void>;
}

/**
 * Serves clients side by side, each by its own call of `handler`. It listens
 * when this returns: a client can connect at once.
 *
 * @throws {Deno.errors.AddrInUse} if another program listens there
 * @throws {Deno.errors.AddrNotAvailable} if it is not an address of this machine
 * @throws {Deno.errors.PermissionDenied} if only administrators may listen there,
 * as at ports below 1024
 * @throws {Deno.errors.NotCapable} without net access to `hostname:port`
 */
export function serveTcp(
  options: ServeTcpOptions,
  handler: TcpHandler,
): TcpServer {
  const { hostname, port, signal } = options;
  const address = formatEndpoint({ hostname, port });
  requirePermission({ name: "net", host: address });
  let listener: Deno.TcpListener;
  try {
    // Linux would listen there, but nobody could connect (RFC 9293, section 3.9.2.3).
    if (isGroup(hostname)) throw new Deno.errors.AddrNotAvailable();
    listener = Deno.listen({ hostname, port });
  } catch (error) {
    throw located(error, "listen", address);
  }
  const server = new Server(listener, options, handler);
  signal?.addEventListener("abort", server.shutdown, { once: true });
  if (signal?.aborted) server.shutdown();
  return server;
}

class Server implements TcpServer {
  readonly addr: Deno.NetAddr;
  readonly finished: Promise<void>;
  #listener: Deno.TcpListener;
  #handler: TcpHandler;
  #most: number;
  #onError: ServeTcpOptions["onError"];
  #connections = new Set<Connection>();
  #shared: Shared = {
    watch: new Watch(this.#connections, SLACK_MS),
    turns: new Turns(),
    isOver: false,
    restEnd: 0,
  };
  #active = 0;
  #isInTrouble = false;
  #isStopping = false;
  #failure: { error: unknown } | undefined;
  #allGone: PromiseWithResolvers<void> | undefined;

  constructor(
    listener: Deno.TcpListener,
    { onError, maxConnections = MOST_CLIENTS }: ServeTcpOptions,
    handler: TcpHandler,
  ) {
    this.#listener = listener;
    this.#handler = handler;
    this.#most = maxConnections;
    this.#onError = onError;
    this.addr = listener.addr as Deno.NetAddr;
    this.finished = this.#run();
  }

  shutdown = (): Promise<void> => {
    if (!this.#isStopping) {
      this.#isStopping = true;
      this.#listener.close();
    }
    return this.finished;
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([this.shutdown()]); // `finished` tells what failed
  }

  // Not `for await`: a client that is gone before it was accepted makes accept()
  // fail, and that loop would end with it.
  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        const conn = await this.#listener.accept();
        this.#serve(new Connection(conn, this.#shared));
      } catch (error) {
        if (this.#isStopping || isPeerGone(error)) continue;
        this.#tell(located(error, "accept", formatEndpoint(this.addr)));
        await pause(ACCEPT_PAUSE_MS);
      }
    }
    if (this.#connections.size > 0) await this.#drain();
    this.#shared.turns.close();
    if (this.#failure) throw this.#failure.error;
  }

  // A handler's failure ends here, with its connection: the server goes on.
  async #serve(conn: Connection): Promise<void> {
    this.#connections.add(conn);
    try {
      if (this.#isFull && this.#mayWait) await pause(PLACE_MS);
      if (this.#admits()) {
        try {
          await this.#handler(conn);
        } finally {
          this.#active--;
          this.#shared.turns.leave(conn);
        }
      }
      if (this.#mayWait) await conn.finish();
    } catch (error) {
      this.#report(error, conn.remoteAddr);
    } finally {
      conn.close();
      this.#connections.delete(conn);
      if (this.#connections.size === 0) this.#allGone?.resolve();
    }
  }

  get #isFull(): boolean {
    return this.#active === this.#most;
  }

  get #mayWait(): boolean {
    return this.#connections.size <= this.#most + MOST_LINGERING;
  }

  /** Whether one more client is served; it then has a place. */
  #admits(): boolean {
    if (this.#isFull) {
      const limit = `no more than ${this.#most} clients are served at once`;
      this.#tell(new Deno.errors.Busy(limit));
      return false;
    }
    this.#isInTrouble = false;
    this.#active++;
    return true;
  }

  // A trouble that lasts, such as a full table of descriptors, is told once.
  #tell(trouble: unknown): void {
    if (!this.#isInTrouble) this.#report(trouble);
    this.#isInTrouble = true;
  }

  #report(error: unknown, peer?: Deno.NetAddr): void {
    try {
      this.#onError(error, peer);
    } catch (error) {
      this.#failure ??= { error };
      this.shutdown();
    }
  }

  // What is on its way is still read and answered; then who has been served is read
  // only as far as it has sent, the others have their turn, and who says nothing in it
  // is closed. If this process was held up, timers come before what reads have brought
  // meanwhile: that has one turn more, and is answered, too.
  async #drain(): Promise<void> {
    this.#allGone = Promise.withResolvers();
    const { turns } = this.#shared;
    // It grows whenever somebody is read or leaves.
    const progress = () => turns.served - this.#active - this.#connections.size;
    const readNoMore = () => {
      this.#shared.isOver = true;
      this.#shared.restEnd = performance.now() + REST_MS;
      step = setTimeout(awaitTurns, IDLE_MS, progress());
    };
    const awaitTurns = (before: number) => {
      const areServed = turns.isWaitedFor || progress() > before;
      step = areServed
        ? setTimeout(awaitTurns, IDLE_MS, progress())
        : setTimeout(handOver, 1);
    };
    // Behind all promises that are settled already.
    const handOver = () => setImmediate(closeSilent);
    const closeSilent = () => this.#close((conn) => conn.isSilent);
    let step = setTimeout(readNoMore, DRAIN_MS);
    const end = setTimeout(() => this.#close(() => true), SHUTDOWN_MS);
    await this.#allGone.promise;
    clearTimeout(step);
    clearTimeout(end);
  }

  #close(isChosen: (conn: Connection) => boolean): void {
    for (const conn of this.#connections) {
      // An error each: its place will be noted on it.
      if (isChosen(conn)) conn.close(timeoutError("the server has stopped"));
    }
  }
}

function isPeerGone(error: unknown): boolean {
  // getpeername(2) of macOS says EINVAL of a connection that is closed both ways.
  const isClosed = Deno.build.os === "darwin" &&
    (error as Fault).code === "EINVAL";
  return isClosed || isBrokenOff(error);
}
