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

import { SilenceLimit, timeoutError, unlessAborted } from "./deadline.ts";
import { type Endpoint, formatEndpoint } from "./endpoint.ts";
import { located } from "./fault.ts";
import { requirePermission } from "./permission.ts";

// A reader's buffer grows only while reads fill it: an idle connection holds
// little, a bulk transfer needs few reads.
const FIRST_BUFFER = 2048, LAST_BUFFER = 262_144, GROWTH = 8;

/** How long a server that stops waits for more from a client, in ms. */
const DRAIN_MS = 100;
/** After how long a server that stops closes whatever is still open, in ms. */
const SHUTDOWN_MS = 2000;
/** How long a closing server lets a client finish, in ms. */
const LINGER_MS = 1000;
/** The pause after a failed accept, such as with a full table of descriptors, in ms. */
const ACCEPT_PAUSE_MS = 100;

/** Where to connect to, and for how long to try. */
export interface ConnectOptions extends Endpoint {
  /** Gives up after so many milliseconds; otherwise the system decides (minutes). */
  timeoutMs?: number;
}

/** What {@linkcode readChunks} takes. */
export interface ReadOptions {
  /** Closes the connection when nothing comes for so many milliseconds. */
  idleMs?: number;
  /** Ends the reading soon: what is on its way is read, no more is waited for. */
  signal?: AbortSignal;
}

/** Serves one client; the connection is closed when it settles. */
export type TcpHandler = (
  conn: Deno.TcpConn,
  signal: AbortSignal,
) => Promise<void>;

/** Where and how to serve. */
export interface ServeTcpOptions extends Endpoint {
  /** Stops the server, as `shutdown()` does. */
  signal?: AbortSignal;
  /** Is told what a handler threw, with the peer, or why an accept failed. */
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
  { hostname, port, signal, onError }: ServeTcpOptions,
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
  const clients = new Map<Deno.TcpConn, Promise<void>>();

  // A handler's failure ends here, with its connection: the server goes on.
  const serve = async (conn: Deno.TcpConn) => {
    try {
      conn.setNoDelay(true);
      await handler(conn, stopping.signal);
      await finishSending(conn);
    } catch (error) {
      onError(error, conn.remoteAddr as Deno.NetAddr);
    } finally {
      closeQuietly(conn);
      clients.delete(conn);
    }
  };

  // Not `for await`: a client that is gone before it was accepted makes accept()
  // fail, and that loop would end with it.
  const acceptAll = async () => {
    while (!stopping.signal.aborted) {
      try {
        const conn = await listener.accept();
        clients.set(conn, serve(conn));
      } catch (error) {
        if (stopping.signal.aborted || isPeerGone(error)) continue;
        onError(error);
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE_MS));
      }
    }
    const timer = setTimeout(
      () => clients.forEach((_, conn) => closeQuietly(conn)),
      SHUTDOWN_MS,
    );
    await Promise.all(clients.values());
    clearTimeout(timer);
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

/**
 * What the peer sends, as it arrives, up to its end of file. The reads know no
 * message boundaries: TCP is a stream of bytes. A chunk is valid only until the
 * next one is asked for, since the buffer is used again.
 *
 * @throws {DOMException} "TimeoutError" if nothing came for `idleMs`; the
 * connection is then closed
 * @throws {Deno.errors.ConnectionReset} if the peer broke the connection off
 */
export async function* readChunks(
  conn: Deno.TcpConn,
  { idleMs, signal }: ReadOptions = {},
): AsyncGenerator<Uint8Array> {
  let buffer = new Uint8Array(FIRST_BUFFER);
  using limit = new SilenceLimit(conn, idleMs);
  const drain = () => limit.set(DRAIN_MS);
  signal?.addEventListener("abort", drain, { once: true });
  if (signal?.aborted) drain();
  try {
    while (true) {
      const count = await conn.read(buffer);
      limit.touch();
      if (count === null) return;
      yield buffer.subarray(0, count);
      if (count === buffer.length && count < LAST_BUFFER) {
        buffer = new Uint8Array(Math.min(count * GROWTH, LAST_BUFFER));
      }
    }
  } catch (error) {
    if (limit.expired && signal?.aborted) return;
    throw located(
      limit.expired
        ? timeoutError(`nothing came for ${idleMs! / 1000} s`)
        : error,
      "read",
      peerOf(conn),
    );
  } finally {
    signal?.removeEventListener("abort", drain);
  }
}

/**
 * Sends all of `bytes`. One `write` may take only a part of them, like send(2).
 *
 * @throws {Deno.errors.BrokenPipe} if the peer has closed the connection
 * @throws {Deno.errors.ConnectionReset} if the peer broke the connection off
 */
export async function writeAll(
  conn: Deno.TcpConn,
  bytes: Uint8Array,
): Promise<void> {
  try {
    for (let sent = 0; sent < bytes.length;) {
      sent += await conn.write(bytes.subarray(sent));
    }
  } catch (error) {
    throw located(error, "write", peerOf(conn));
  }
}

/**
 * Half-closes, then waits until the peer closes too: a close with input unread
 * would reset the connection, and the peer could lose what it was just sent.
 */
async function finishSending(conn: Deno.TcpConn): Promise<void> {
  using _limit = new SilenceLimit(conn, LINGER_MS);
  const scratch = new Uint8Array(FIRST_BUFFER);
  try {
    await conn.closeWrite();
    while (await conn.read(scratch) !== null);
  } catch {
    // The peer is gone or the limit ran out: either way there is nothing more to send.
  }
}

function closeQuietly(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch (error) {
    // Somebody else, such as a limit, closed it first.
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

function isPeerGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}

function peerOf(conn: Deno.TcpConn): string {
  return formatEndpoint(conn.remoteAddr as Deno.NetAddr);
}
