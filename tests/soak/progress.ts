/**
 * How far the soak is: one line that is rewritten at a terminal, a line every
 * few seconds elsewhere. It goes to the standard error, the result does not.
 *
 * @module
 */

/** How often a new line is shown, at a terminal and elsewhere, in ms. */
const TERMINAL_MS = 250, ELSEWHERE_MS = 3000;

/** Shows what `line` returns, again and again. */
export class Progress implements Disposable {
  #isTerminal = Deno.stderr.isTerminal();
  #start = performance.now();
  #width = 0;
  #timer: ReturnType<typeof setInterval>;

  /** Begins to show lines. */
  constructor(line: () => string) {
    this.#timer = setInterval(
      () => this.#show(line()),
      this.#isTerminal ? TERMINAL_MS : ELSEWHERE_MS,
    );
  }

  /** Takes the line away. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#width > 0) this.#write(`\r${" ".repeat(this.#width)}\r`);
  }

  #show(line: string): void {
    const seconds = Math.floor((performance.now() - this.#start) / 1000);
    const text = `${seconds} s: ${line}`;
    if (!this.#isTerminal) return this.#write(text + "\n");
    // Blanks, not a control sequence, wipe out what was longer.
    this.#write(`\r${text.padEnd(this.#width)}`);
    this.#width = text.length;
  }

  #write(text: string): void {
    try {
      Deno.stderr.writeSync(new TextEncoder().encode(text));
    } catch {
      // Nobody sees how far it is, as with a full disk: the table still says all.
    }
  }
}
