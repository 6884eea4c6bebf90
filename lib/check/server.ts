/**
 * A server under check.
 *
 * @module
 */

import { connectTcp } from "../connect.ts";
import type { Connection } from "../connection.ts";
import { pause } from "../deadline.ts";
import { type Endpoint, formatEndpoint } from "../endpoint.ts";
import type { Ports } from "./ports.ts";
import { Finding, NotApplicable, type Subject } from "./rule.ts";
import { type Command, Program, RETRY_MS, START_MS } from "./program.ts";

/** How long one attempt to connect may take, in ms. */
const CONNECT_MS = 5000;

/** A server under check: one that runs already, or a program that is started. */
export class Server implements Subject {
  /** Where it is. */
  readonly endpoint: Endpoint;
  #program: Program | undefined;
  #hasListened = false;

  /** A server at `target`, or the one that `command` starts at one of `ports`. */
  constructor(from: { target: Endpoint } | { command: Command; ports: Ports }) {
    if ("target" in from) {
      this.endpoint = from.target;
      return;
    }
    this.endpoint = { hostname: "127.0.0.1", port: from.ports.next().value };
    this.#program = new Program(from.command, {
      host: this.endpoint.hostname,
      port: String(this.endpoint.port),
    });
  }

  /**
   * Connects, as soon as the server listens.
   *
   * @throws {Finding} if its program ends, or does not listen in time; says which
   * @throws {Deno.errors.ConnectionRefused} if nothing listens at a target; and what
   * else `connectTcp()` throws
   */
  async connect(): Promise<Connection> {
    const deadline = performance.now() + START_MS;
    while (true) {
      try {
        const conn = await connectTcp({
          ...this.endpoint,
          timeoutMs: CONNECT_MS,
        });
        this.#hasListened = true;
        return conn;
      } catch (error) {
        const { ConnectionRefused } = Deno.errors;
        if (!this.#program || !(error instanceof ConnectionRefused)) {
          throw error;
        }
      }
      const where = formatEndpoint(this.endpoint);
      const isLate = performance.now() > deadline;
      if (this.#hasListened && (this.isGone || isLate)) {
        throw new Finding(
          `it listened at ${where} until a client had been there, and then no more`,
        );
      }
      if (this.isGone) {
        throw new Finding(
          `it was gone, and did not listen at ${where}`,
          {},
          "it did not start: try its command by itself, in this folder",
        );
      }
      if (isLate) {
        throw new Finding(
          `the program runs, but nothing listened at ${where} within ` +
            `${START_MS / 1000} s`,
          {},
          "it listens at another address or port: it has to take {host} and " +
            "{port}; or it needs longer to start",
        );
      }
      await pause(RETRY_MS);
    }
  }

  /**
   * Waits until what the program has printed is `enough`.
   *
   * @throws {NotApplicable} if the check did not start the program
   * @throws {Finding} if it is not in time; says that it did not print `what`
   */
  async printed(
    enough: (stdout: string) => boolean,
    what: string,
  ): Promise<void> {
    if (!this.#program) {
      throw new NotApplicable("its console cannot be seen from here");
    }
    await this.#program.printed(enough, what);
  }

  /**
   * Types text at the program.
   *
   * @throws {NotApplicable} if the check did not start the program
   */
  async type(text: string): Promise<void> {
    if (!this.#program) {
      throw new NotApplicable("nothing can be typed at it from here");
    }
    await this.#program.type(text);
  }

  /** Whether the program has ended. */
  get isGone(): boolean {
    return this.#program?.isGone ?? false;
  }

  /** How the program ended, if it did: a server goes on until it is asked to end. */
  async fate(by?: number): Promise<string | undefined> {
    return await this.#program?.fate(by);
  }

  /** Ends the program, if the check started it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.[Symbol.asyncDispose]();
  }
}
