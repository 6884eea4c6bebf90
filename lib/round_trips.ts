/**
 * What becomes of numbered datagrams that are sent to be echoed, counted as ping(8)
 * does.
 *
 * @module
 */

/** The datagrams of a run, numbered from 1 in the order in which they are sent. */
export class RoundTrips {
  #sentAt: number[] = [];
  #ms = new Map<number, number>();
  #newest = 0;
  #duplicated = 0;
  #outOfOrder = 0;

  /** How many were sent. */
  get sent(): number {
    return this.#sentAt.length;
  }

  /** How many of them came back. */
  get received(): number {
    return this.#ms.size;
  }

  /** The next one was sent, now or at another time by `performance.now()`. */
  begin(sentAt: number = performance.now()): void {
    this.#sentAt.push(sentAt);
  }

  /** Whether a datagram has come back. */
  isBack(number: number): boolean {
    return this.#ms.has(number);
  }

  /** A datagram comes back: after how many ms, or `undefined` if it has before. */
  end(number: number): number | undefined {
    if (this.isBack(number)) {
      this.#duplicated++;
      return;
    }
    const ms = performance.now() - this.#sentAt[number - 1];
    this.#ms.set(number, ms);
    if (number < this.#newest) this.#outOfOrder++;
    this.#newest = Math.max(this.#newest, number);
    return ms;
  }

  /** One line of counts if any was sent, and one of times if any came back. */
  summary(): string[] {
    if (this.sent === 0) return [];
    const lost = this.sent - this.received;
    const share = percent(lost, this.sent);
    const counts = `${this.sent} sent, ${this.received} received, ` +
      `${lost} lost (${share}), ${this.#duplicated} duplicated, ` +
      `${this.#outOfOrder} out of order`;
    if (this.received === 0) return [counts];
    let [least, most, total] = [Infinity, 0, 0];
    for (const ms of this.#ms.values()) {
      least = Math.min(least, ms);
      most = Math.max(most, ms);
      total += ms;
    }
    const times = [least, total / this.received, most]
      .map((ms) => ms.toFixed(2)).join("/");
    return [counts, `round trip minimum/average/maximum = ${times} ms`];
  }
}

// Rounded, but neither to 0 if there are some nor to 100 if that is not all.
function percent(part: number, all: number): string {
  for (let digits = 0;; digits++) {
    const text = (100 * part / all).toFixed(digits);
    const [isNone, isAll] = [Number(text) === 0, Number(text) === 100];
    if (isNone === (part === 0) && isAll === (part === all)) return `${text}%`;
  }
}
