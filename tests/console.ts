/**
 * What a program prints, for tests that call its `main` in this process.
 *
 * @module
 */

/** What was printed, line by line. */
export interface Printed {
  out: string[];
  err: string[];
}

/** Runs `body` and returns what it printed. */
export async function printed(
  body: () => unknown | Promise<unknown>,
): Promise<Printed> {
  const result: Printed = { out: [], err: [] };
  const { log, error } = console;
  console.log = (...parts) => result.out.push(parts.join(" "));
  console.error = (...parts) => result.err.push(parts.join(" "));
  try {
    await body();
    return result;
  } finally {
    Object.assign(console, { log, error });
  }
}
