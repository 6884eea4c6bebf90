/**
 * The messages of the load: each carries who sent it, as which one, and a
 * checksum, so that every reply can be told whole, changed, reordered or lost.
 *
 * @module
 */

import { crc32 } from "node:zlib";

/** The length of a message. */
export const MESSAGE_BYTES = 64;
/** Where the checksum is, over all that is before it. */
const CRC_AT = MESSAGE_BYTES - 4;

/** The messages of one connection, and what became of them. */
export class Ledger {
  /** How many were sent. */
  sent = 0;
  /** How many came back as they were sent, in their turn or late. */
  whole = 0;
  /** Replies that nobody sent so: other bytes, or the same message twice. */
  changed = 0;
  /** Replies that came after a later one. */
  reordered = 0;
  #connection: number;
  #next = 0;
  #skipped = new Set<number>();
  #piece = new Uint8Array(MESSAGE_BYTES);
  #held = 0;

  /** The ledger of a connection, which its messages name. */
  constructor(connection: number) {
    this.#connection = connection;
  }

  /** How many are still to come, as far as replies come in order. */
  get awaited(): number {
    return this.sent - this.#next;
  }

  /** How many did not come, though a later one did. */
  get skipped(): number {
    return this.#skipped.size;
  }

  /** Whether the last reply is a piece only. */
  get isTorn(): boolean {
    return this.#held > 0;
  }

  /** The bytes of the next `count` messages. */
  write(count: number): Uint8Array<ArrayBuffer> {
    const bytes = crypto.getRandomValues(new Uint8Array(count * MESSAGE_BYTES));
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < bytes.length; at += MESSAGE_BYTES) {
      view.setUint32(at, this.#connection);
      view.setUint32(at + 4, this.sent++);
      view.setUint32(at + CRC_AT, crc32(bytes.subarray(at, at + CRC_AT)));
    }
    return bytes;
  }

  /** Enters what came back; returns how many replies that makes whole in length. */
  read(bytes: Uint8Array): number {
    let replies = 0;
    for (let at = 0; at < bytes.length;) {
      const count = Math.min(MESSAGE_BYTES - this.#held, bytes.length - at);
      this.#piece.set(bytes.subarray(at, at + count), this.#held);
      this.#held += count;
      at += count;
      if (this.#held < MESSAGE_BYTES) break;
      this.#held = 0;
      this.#enter();
      replies++;
    }
    return replies;
  }

  #enter(): void {
    const view = new DataView(this.#piece.buffer);
    const isWhole = view.getUint32(0) === this.#connection &&
      view.getUint32(CRC_AT) === crc32(this.#piece.subarray(0, CRC_AT));
    const sequence = view.getUint32(4);
    if (isWhole && this.#skipped.delete(sequence)) {
      this.reordered++;
      this.whole++;
    } else if (isWhole && sequence >= this.#next && sequence < this.sent) {
      while (this.#next < sequence) this.#skipped.add(this.#next++);
      this.#next++;
      this.whole++;
    } else {
      // It takes the place of the one that was to come, so that this one is
      // not counted as lost too.
      if (!isWhole && this.awaited > 0) this.#next++;
      this.changed++;
    }
  }
}
