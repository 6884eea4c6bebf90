/**
 * A folder of its own for a test.
 *
 * @module
 */

/** A new folder, which is removed when it goes out of scope. */
export async function temporaryFolder(): Promise<
  AsyncDisposable & { path: string }
> {
  const path = await Deno.makeTempDir({ prefix: "lab-" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
