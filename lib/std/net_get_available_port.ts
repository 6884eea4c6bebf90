/** `@std/net/get-available-port`, which npm does not have, by the same contract. @module */

/** What {@linkcode getAvailablePort} takes. */
export interface GetAvailablePortOptions {
  /** The port to return if nobody uses it. */
  preferredPort?: number;
}

/**
 * A TCP port that nobody listens on at this moment. Another process may take it
 * before you do, so use it only to tell a child process where to listen; in
 * your own process listen on port 0 and read the address.
 *
 * @throws {Deno.errors.NotCapable} without net access to `127.0.0.1:0`
 */
export function getAvailablePort(options?: GetAvailablePortOptions): number {
  const preferred = options?.preferredPort;
  if (preferred !== undefined) {
    try {
      return tryPort(preferred);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  return tryPort(0);
}

function tryPort(port: number): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port });
  return (listener.addr as Deno.NetAddr).port;
}
