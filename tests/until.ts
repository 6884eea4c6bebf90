/**
 * Waiting for what happens outside of a test, such as in another process.
 *
 * @module
 */

import { assert } from "@std/assert";

/** Waits until `isTrue` holds; a test whose limit runs out fails. */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  const end = performance.now() + 15_000;
  while (!await isTrue()) {
    assert(performance.now() < end, `not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
