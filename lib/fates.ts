/**
 * A bad network to practise with: what may befall a datagram on its way, by chance,
 * and each time the same.
 *
 * @module
 */

/** What befalls one datagram. */
export interface Fate {
  /** It is lost. */
  drop: boolean;
  /** It arrives twice. */
  duplicate: boolean;
  /** The next one overtakes it. */
  reorder: boolean;
}

/** The fates of datagrams, one after another; the same for the same seed. */
export function* fates(
  odds: { drop: number; duplicate: number; reorder: number },
  seed: number,
): Generator<Fate, never> {
  // Mulberry32, a generator of 32 bits of state: small, and the same everywhere.
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), seed | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  while (true) {
    yield {
      drop: random() < odds.drop,
      duplicate: random() < odds.duplicate,
      reorder: random() < odds.reorder,
    };
  }
}
