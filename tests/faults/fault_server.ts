/**
 * Faults for tests: a TCP server that does to each client just what a script of
 * steps says, and one that never comes to accept.
 *
 * @module
 */

import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { connectTcp } from "../../lib/connect.ts";

/** One thing that a server does to a client. */
export type Step = (client: Client) => void | Promise<void>;

/** How a client left: by a half-close or close, or by breaking off. */
export type Leaving = "end" | "reset";

/** A server that follows a script. */
export interface FaultServer extends AsyncDisposable {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
  /** The first client, once it is there. */
  readonly client: Promise<Client>;
}

/**
 * Listens at a free port of 127.0.0.1, and takes every client through `steps`.
 * Behind the last one the connection is half-closed, and read to its end.
 *
 * ```ts ignore
 * await using server = await faultServer([receive(33), send("Test "), reset()]);
 * const { code } = await run("echo_client", ["--port", `${server.port}`]);
 * ```
 */
export async function faultServer(steps: Step[]): Promise<FaultServer> {
  const clients: Client[] = [];
  const first = Promise.withResolvers<Client>();
  // Half-open, so that the script alone decides when this side closes.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const client = new Client(socket, [...steps, halfClose(), receiveEnd()]);
    clients.push(client);
    first.resolve(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    port,
    client: first.promise,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      await Promise.all(clients.map((client) => client.end()));
      await closed;
    },
  };
}

/**
 * Listens at a free port of 127.0.0.1 with a full queue: a client that connects
 * is neither accepted nor, on Linux, refused.
 */
export async function fullServer(): Promise<Disposable & { port: number }> {
  const stack = new DisposableStack();
  const listener = stack.use(
    Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 }),
  );
  for (let count = 0; count < 2; count++) {
    stack.use(await connectTcp(listener.addr));
  }
  return {
    port: listener.addr.port,
    [Symbol.dispose]: () => stack.dispose(),
  };
}

/** One connection of a {@linkcode FaultServer}, and what came by it. */
export class Client {
  /** Settles when all its steps are done, or it is gone. */
  readonly done: Promise<void>;
  #socket: Socket;
  #closed: Promise<unknown>;
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #leaving: Leaving | undefined;
  #isListening = false;
  #isOver = false;
  #change = Promise.withResolvers<void>();

  constructor(socket: Socket, steps: Step[]) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("error", () => this.#note("reset"));
    this.#closed = new Promise((resolve) => socket.once("close", resolve))
      .then(() => {
        this.#isOver = true;
        this.#note();
      });
    this.done = this.#follow(steps);
  }

  /** How many bytes have been received. */
  get count(): number {
    return this.#chunks.reduce((sum, { length }) => sum + length, 0);
  }

  /** What has been received. */
  get received(): Promise<Uint8Array> {
    return new Blob(this.#chunks).bytes();
  }

  /** How it left; waits until it does. Only steps that receive can notice it. */
  async leaving(): Promise<Leaving | undefined> {
    await this.until(() => this.#leaving !== undefined);
    return this.#leaving;
  }

  /** The connection itself, for steps. */
  get socket(): Socket {
    return this.#socket;
  }

  /** Begins to receive; until then nothing is read. */
  listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.#socket.on("end", () => this.#note("end"));
    this.#socket.on("data", (chunk: Uint8Array) => {
      this.#chunks.push(Uint8Array.from(chunk));
      this.#note();
    });
  }

  /** Waits until something is so; no longer than the connection lasts. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo() && !this.#isOver) await this.#change.promise;
  }

  /** Closes the connection, and ends the script. */
  async end(): Promise<void> {
    this.#socket.destroy();
    await this.#closed;
    await this.done;
  }

  async #follow(steps: Step[]): Promise<void> {
    for (const step of steps) {
      if (this.#isOver || this.#socket.destroyed) return;
      await Promise.race([step(this), this.#closed]);
    }
  }

  #note(leaving?: Leaving): void {
    this.#leaving ??= leaving;
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve();
  }
}

/** Sends all at once. */
export function send(data: string | Uint8Array): Step {
  return ({ socket }) =>
    new Promise((resolve) => {
      socket.write(bytes(data), () => resolve());
    });
}

/** Sends one byte at a time, with time between them to be read alone. */
export function sendSingly(data: string | Uint8Array): Step {
  return async (client) => {
    for (const byte of bytes(data)) {
      await send(new Uint8Array([byte]))(client);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
}

/** Waits until `count` bytes have come in all. */
export function receive(count: number): Step {
  return (client) => {
    client.listen();
    return client.until(() => client.count >= count);
  };
}

/** Waits until the client has sent everything, and says nothing meanwhile. */
export function receiveEnd(): Step {
  return async (client) => {
    client.listen();
    await client.leaving();
  };
}

/** Sends everything back as it comes, until the client has sent all. */
export function echo(): Step {
  return async (client) => {
    client.listen();
    client.socket.pipe(client.socket, { end: false });
    await client.leaving();
  };
}

/** Neither says nor does anything more, until the connection is gone. */
export function silence(): Step {
  return () => new Promise(() => {});
}

/** Waits for what the test decides. */
export function waitFor(event: Promise<unknown>): Step {
  return async () => {
    await event;
  };
}

/** Says that it sends no more; what the client sends can still be received. */
export function halfClose(): Step {
  return ({ socket }) =>
    new Promise((resolve) => {
      socket.end(() => resolve());
    });
}

/** Closes both directions. */
export function close(): Step {
  return ({ socket }) => {
    socket.destroy();
  };
}

/** Breaks the connection off, as a killed program's system does. */
export function reset(): Step {
  return ({ socket }) => {
    socket.resetAndDestroy();
  };
}

function bytes(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}
