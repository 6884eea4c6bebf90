/**
 * What a program prints: as text to look into, and byte by byte to compare.
 *
 * @module
 */

/** How much of it is kept: enough to see, whatever the program floods. */
const MOST_BYTES = 256 * 1024;

/** What a program has printed so far, of a flood its beginning. */
export class Printed {
  /** As text; a byte that is not UTF-8 is U+FFFD. */
  text = "";
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #length = 0;
  #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /** Adds what came. */
  add(chunk: Uint8Array<ArrayBuffer>): void {
    if (this.#length >= MOST_BYTES) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    this.text += this.#decoder.decode(chunk, { stream: true });
  }

  /** As it came. */
  get bytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }
}
