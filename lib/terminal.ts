/**
 * The keyboard and the screen of a program whose user types while messages
 * arrive.
 *
 * Python's `input()` blocks until Enter, and nothing else runs meanwhile. Here
 * typed lines are a stream like a connection's, so both can be waited for.
 *
 * @module
 */

import { located } from "./fault.ts";
import { MAX_LINE_BYTES, readLines } from "./lines.ts";
import { print, write } from "./output.ts";

/**
 * What the user types, line by line; from a file or a pipe likewise. It ends at
 * Ctrl+D (Windows: Ctrl+Z and Enter), or at the end of the file; at once where
 * nothing can be read, as behind `nohup`.
 *
 * @throws {RangeError} if a line is longer than {@linkcode MAX_LINE_BYTES}
 */
export async function* typedLines(): AsyncGenerator<Uint8Array> {
  try {
    yield* readLines(Deno.stdin.readable);
  } catch (error) {
    if (isUnreadable(error)) return;
    if (!(error instanceof Deno.errors.InvalidData)) {
      throw located(error, "read", "the standard input");
    }
    throw new RangeError(
      `a message may have at most ${MAX_LINE_BYTES} bytes: this line is longer`,
    );
  }
}

function isUnreadable(error: unknown): boolean {
  return error instanceof Deno.errors.IsADirectory ||
    (error instanceof Error && "code" in error && error.code === "EBADF");
}

/**
 * A prompt that stays the last thing on the screen. Where nobody types at a
 * terminal there is none.
 */
export class Prompt {
  #text: string;
  #active = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  #shown = false;

  /** A prompt; nothing is shown yet. */
  constructor(text: string) {
    this.#text = text;
  }

  /** Shows the prompt, on a line of its own: after Enter the old one is done with. */
  show(): void {
    if (!this.#active) return;
    write(this.#text);
    this.#shown = true;
  }

  /**
   * Prints a line above the prompt. What the user has begun to type is kept by the
   * terminal, but only Ctrl+R shows it again (stty(1)).
   */
  print = (line: string): void => this.above(() => print(line));

  /** Lets `print` print above the prompt. */
  above(print: () => void): void {
    const isShown = this.#shown;
    this.hide();
    print();
    if (isShown) this.show();
  }

  /** Takes the prompt away. */
  hide(): void {
    if (!this.#shown) return;
    this.#shown = false;
    // Blanks rather than a control sequence: they work at every terminal, even
    // at one that does not know its width and says 0.
    const blank = " ".repeat((Deno.consoleSize().columns || 80) - 1);
    write(`\r${blank}\r`);
  }
}
