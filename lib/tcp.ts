/**
 * TCP servers and clients. `Deno.listen` and `Deno.connect` do the work; this
 * module adds what a program that lives longer than an example needs, each with
 * its reason beside it.
 *
 * Python: `socket.bind`, `listen`, `accept`, `connect`, `sendall`, `recv`; C: the
 * calls of the same names in section 2 of the Unix manual. TCP itself: RFC 9293.
 *
 * @module
 */

import { timeoutError, unlessAborted, Watch } from "./deadline.ts";
import { type Endpoint, formatEndpoint } from "./endpoint.ts";
import { located } from "./fault.ts";
import { requirePermission } from "./permission.ts";
import { type Service, Session } from "./session.ts";
import { Turns } from "./turns.ts";

/** How long a server that stops goes on reading what is on its way, in ms. */
const DRAIN_MS = 100;
/** When a server that stops closes what is still open, in ms; in 2 s all is over. */
const SHUTDOWN_MS = 1800;
/** How many clients a server serves at once, unless it is told otherwise. */
const MOST_CLIENTS = 10_000;
/** The pause after a failed accept, such as with a full table of descriptors, in ms. */
const ACCEPT_PAUSE_MS = 100;

/** Where to connect to, and for how long to try. */
export interface ConnectOptions extends Endpoint {
  /** Gives up after so many milliseconds; otherwise the system decides (minutes). */
  timeoutMs?: number;
}

/** Serves one client; the connection is closed when it settles. */
export type TcpHandler = (
  conn: Deno.TcpConn,
  session: Session,
) => Promise<void>;

/** Where and how to serve. */
export interface ServeTcpOptions extends Endpoint {
  /** Stops the server, as `shutdown()` does. */
  signal?: AbortSignal;
  /** How many clients are served at once; the others find the connection closed. */
  maxConnections?: number;
  /**
   * Is told what a handler threw, with the peer; and why an accept failed or a
   * client was turned away, once until one is served again.
   */
  onError: (error: unknown, peer?: Deno.NetAddr) => void;
}

/** A running server, in the shape of `Deno.serve`'s. */
export interface TcpServer extends AsyncDisposable {
  /** Where it listens; with port 0 asked for, the port that the system chose. */
  readonly addr: Deno.NetAddr;
  /** Settles when the last client has been served after a shutdown. */
  readonly finished: Promise<void>;
  /** Accepts no more, lets replies on their way finish, closes within 2 s. */
  shutdown(): Promise<void>;
}

/**
 * Connects to a server.
 *
 * @throws {Deno.errors.ConnectionRefused} if nobody listens there
 * @throws {DOMException} "TimeoutError" if nobody answers within `timeoutMs`
 * @throws {Deno.errors.NotCapable} without net access to `hostname:port`
 */
export async function connectTcp(
  { hostname, port, timeoutMs }: ConnectOptions,
): Promise<Deno.TcpConn> {
  const address = formatEndpoint({ hostname, port });
  requirePermission({ name: "net", host: address });
  const signal = timeoutMs === undefined
    ? undefined
    : AbortSignal.timeout(timeoutMs);
  try {
    // Deno before 2.5 does not look at the signal, so it is raced as well.
    const conn = await unlessAborted(
      Deno.connect({ hostname, port, signal }),
      signal,
      (late) => late.close(),
    );
    // Small messages go out at once (RFC 9293, section 3.7.4 on Nagle's algorithm).
    conn.setNoDelay(true);
    return conn;
  } catch (error) {
    throw located(
      error === signal?.reason
        ? timeoutError(`no answer within ${timeoutMs! / 1000} s`)
        : error,
      "connect",
      address,
    );
  }
}

/**
 * Serves clients side by side, each by its own call of `handler`. It listens
 * when this returns: a client can connect at once.
 *
 * @throws {Deno.errors.AddrInUse} if another program listens there
 * @throws {Deno.errors.NotCapable} without net access to `hostname:port`
 */
export function serveTcp(
  { hostname, port, signal, onError, maxConnections = MOST_CLIENTS }:
    ServeTcpOptions,
  handler: TcpHandler,
): TcpServer {
  const address = formatEndpoint({ hostname, port });
  requirePermission({ name: "net", host: address });
  let listener: Deno.TcpListener;
  try {
    listener = Deno.listen({ hostname, port });
  } catch (error) {
    throw located(error, "listen", address);
  }
  const stopping = new AbortController();
  const service: Service = {
    watch: new Watch(),
    turns: new Turns(),
    isOver: false,
  };
  const sessions = new Set<Session>();
  const allGone = Promise.withResolvers<void>();
  let served = 0;

  // A trouble that lasts, such as a full table of descriptors, is told once.
  let isInTrouble = false;
  const tell = (trouble: unknown) => {
    if (!isInTrouble) onError(trouble);
    isInTrouble = true;
  };
  const takesPlace = () => {
    if (served === maxConnections) {
      const limit = `no more than ${maxConnections} clients are served at once`;
      tell(new Deno.errors.Busy(limit));
      return false;
    }
    isInTrouble = false;
    served++;
    return true;
  };
  // A handler's failure ends here, with its connection: the server goes on.
  const serve = async (conn: Deno.TcpConn) => {
    const session = new Session(conn, service);
    sessions.add(session);
    try {
      conn.setNoDelay(true);
      if (takesPlace()) {
        try {
          await handler(conn, session);
        } finally {
          served--;
        }
      }
      await session.finish();
    } catch (error) {
      onError(error, conn.remoteAddr as Deno.NetAddr);
    } finally {
      session.close();
      sessions.delete(session);
      if (stopping.signal.aborted && sessions.size === 0) allGone.resolve();
    }
  };

  // Not `for await`: a client that is gone before it was accepted makes accept()
  // fail, and that loop would end with it.
  const acceptAll = async () => {
    while (!stopping.signal.aborted) {
      try {
        serve(await listener.accept());
      } catch (error) {
        if (stopping.signal.aborted || isPeerGone(error)) continue;
        tell(error);
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE_MS));
      }
    }
    // What is on its way is still read; then no read may wait any longer.
    const drain = setTimeout(() => {
      service.isOver = true;
      for (const session of sessions) if (session.isReading) session.close();
    }, DRAIN_MS);
    const close = setTimeout(() => {
      for (const session of sessions) session.close();
    }, SHUTDOWN_MS);
    if (sessions.size > 0) await allGone.promise;
    clearTimeout(drain);
    clearTimeout(close);
    service.watch[Symbol.dispose]();
  };

  const finished = acceptAll();
  const shutdown = () => {
    if (!stopping.signal.aborted) {
      stopping.abort();
      listener.close();
    }
    return finished;
  };
  signal?.addEventListener("abort", shutdown, { once: true });
  if (signal?.aborted) shutdown();

  return {
    addr: listener.addr as Deno.NetAddr,
    finished,
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

function isPeerGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}
