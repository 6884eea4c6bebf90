/**
 * A TCP client under check: the check plays its server.
 *
 * @module
 */

import type { Connection } from "../connection.ts";
import { isBrokenOff } from "../fault.ts";
import { serveTcp } from "../tcp.ts";
import { SHEET_TEXT } from "./bytes.ts";
import type { Ports } from "./ports.ts";
import {
  type Command,
  type Ending,
  type Program,
  START_MS,
} from "./program.ts";
import { Closed, Finding, findWithin, NotApplicable } from "./rule.ts";
import { Started } from "./started.ts";

/** How long a client may run on once its server is done, in ms. */
const CLIENT_MS = 4000;
/** How long a whole conversation may take, in ms. */
const PLAY_MS = 25_000;
/** How long the play may still find something once the client has ended, in ms. */
const GRACE_MS = 300;

/** What the check does as the server of a client; settles when it is done. */
export type Play = (conn: Connection, program: Program) => Promise<void>;

/** A client under check. */
export class Client extends Started {
  #command: Command;
  #ports: Ports;

  /** Nothing is started yet. */
  constructor(command: Command, ports: Ports) {
    super();
    this.#command = command;
    this.#ports = ports;
  }

  /**
   * Returns if a text can be given to it.
   *
   * @throws {NotApplicable} if it takes none
   */
  requireText(): void {
    if (this.#command({}).some((word) => word.includes("{text}"))) return;
    throw new NotApplicable("give its text as {text} in the command");
  }

  /**
   * Starts the program against a server that does what `play` says, until the
   * program has ended.
   *
   * @throws {Finding} what `play` finds; or if the program does not connect, or
   * does not end soon after its server is done, unless it `mayStay`
   */
  async against(
    play: Play,
    { text = SHEET_TEXT, mayStay = false }: {
      text?: string;
      mayStay?: boolean;
    } = {},
  ): Promise<Ending> {
    const played = Promise.withResolvers<void>();
    await using server = serveTcp({
      hostname: "127.0.0.1",
      port: 0,
      onError: () => {},
    }, (conn) => {
      const playing = play(conn, program);
      playing.then(played.resolve, (error) => played.reject(asFinding(error)));
      return playing;
    });
    const program = this.#start(server.addr.port, text);
    // A program that has ended makes no connection any more; but what the play
    // has found by then says more.
    let isOver = false;
    let grace: ReturnType<typeof setTimeout> | undefined;
    program.ending.then(() => {
      if (isOver) return;
      const early = new Finding("it was gone before its server was done");
      grace = setTimeout(() => played.reject(early), GRACE_MS);
    });
    try {
      await findWithin(
        PLAY_MS,
        played.promise,
        "it did not connect, or left its server waiting",
      );
    } finally {
      isOver = true;
      clearTimeout(grace);
    }
    if (mayStay) {
      await program[Symbol.asyncDispose]();
      return await program.ending;
    }
    return await findWithin(
      CLIENT_MS,
      program.ending,
      `it still runs ${CLIENT_MS / 1000} s after there was nothing to wait for`,
    );
  }

  /** Starts the program where nobody listens, and returns how it ends. */
  async alone(): Promise<Ending> {
    return await findWithin(
      START_MS,
      this.#start(this.#ports.next().value, SHEET_TEXT).ending,
      `it still runs after ${START_MS / 1000} s`,
    );
  }

  /** Starts the program with a port that the caller serves; returns how it ends. */
  run(port: number): Promise<Ending> {
    return this.#start(port, SHEET_TEXT).ending;
  }

  #start(port: number, text: string): Program {
    return this.start(this.#command, {
      host: "127.0.0.1",
      port: String(port),
      text,
    });
  }
}

/** Said of the client: the port that it has means nothing to a student. */
function asFinding(error: unknown): unknown {
  return isBrokenOff(error) || error instanceof Deno.errors.BrokenPipe
    ? new Closed("it closed the connection before its server was done")
    : error;
}

/** Returns if a client ended well. @throws {Finding} if it did not */
export function requireSuccess({ code }: Ending): void {
  if (code === 0) return;
  throw new Finding("it failed though all went well");
}
