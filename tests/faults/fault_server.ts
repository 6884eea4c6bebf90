/**
 * Faults for tests: a TCP server that does to each client just what a script of
 * steps says, and a child's own network, where hosts cannot be reached.
 *
 * @module
 */

import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { EXERCISES } from "../../exercises/lab.ts";
import { runArguments } from "../../lib/lab/child.ts";
import { Child, type ChildOptions } from "../child.ts";

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

/** What a child finds in the place of this machine. */
export interface World {
  /** Whether it has its own network, with just loopback, or this machine's. */
  hasOwnNetwork?: boolean;
  /** Shell commands that change the network, and files below /etc by `put`. */
  setUp?: string;
  /** A program that runs as root there, and then becomes its arguments. */
  through?: string[];
}

/** Addresses for documentation (RFC 5737), as a child's own network has them. */
export const NOWHERE = {
  /** What is sent there is never answered. */
  blackHole: "192.0.2.7",
  /** A router says that there is no such host (EHOSTUNREACH). */
  noHost: "198.51.100.7",
  /** There is no route (ENETUNREACH). */
  noRoute: "203.0.113.7",
};

// Run by the namespace's root. A file is put over one of this machine's, which
// stays as it is for all others.
const ENTER = `set -e
PATH=$PATH:/usr/sbin:/sbin
put() { file=$(mktemp); cat > "$file"; mount --bind "$file" "$1"; rm "$file"; }
`;
const NETWORK = `ip link set lo up
ip route add 192.0.2.0/24 dev lo
ip route add unreachable 198.51.100.0/24
`;
// Whoever runs the test, the exercise is an ordinary user: a namespace is set up
// by its root, who may then do no more than anybody else.
const UNPRIVILEGED = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];

/** Starts an exercise in another world; it is ended when it goes out of scope. */
export function startIn(
  world: World,
  id: string,
  args: string[] = [],
  options?: ChildOptions,
): Child {
  const exercise = EXERCISES.find((one) => one.id === id)!;
  const folder = new URL("../../exercises/", import.meta.url);
  const command = [Deno.execPath(), ...runArguments(exercise, args, folder)];
  return new Child("unshare", enter(world, command, way!), options);
}

function enter(
  { hasOwnNetwork = false, setUp = "", through = [] }: World,
  command: string[],
  way: string[],
): string[] {
  const script = [ENTER, hasOwnNetwork ? NETWORK : "", setUp, 'exec "$@"']
    .join("\n");
  const unshared = hasOwnNetwork ? ["--mount", "--net"] : ["--mount"];
  return [
    ...[...way, ...unshared, "sh", "-c", script, "sh"],
    ...[...through, ...UNPRIVILEGED, ...command],
  ];
}

function isPossible(way: string[]): boolean {
  const { state } = Deno.permissions.querySync({
    name: "run",
    command: "unshare",
  });
  if (state !== "granted") return false;
  try {
    const world = { hasOwnNetwork: true, setUp: "put /etc/hosts < /etc/hosts" };
    return new Deno.Command("unshare", { args: enter(world, ["true"], way) })
      .outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** As an ordinary user in a user namespace, or as root without one. */
const way = [["--map-root-user"], []].find(isPossible);

/** Whether this machine lets {@linkcode startIn} do its work. */
export const canStartIn: boolean = way !== undefined;
