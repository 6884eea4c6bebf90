/**
 * What is checked where a rule starts the program itself, perhaps several times.
 *
 * @module
 */

import { type Command, Program } from "./program.ts";
import type { Subject } from "./rule.ts";

/** Programs that a rule starts, which may end; what still runs is ended with them. */
export class Started implements Subject {
  #programs: Program[] = [];

  /** Starts one more. */
  protected start(command: Command, values: Record<string, string>): Program {
    const program = new Program(command, values);
    this.#programs.push(program);
    return program;
  }

  /** How the last one failed, if it did. */
  async fate(by?: number): Promise<string | undefined> {
    return await this.#programs.at(-1)?.fate(by, true);
  }

  /** Ends what still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs) await program[Symbol.asyncDispose]();
  }
}
