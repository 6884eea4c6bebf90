/**
 * The folder that a user names for what a tool makes: things are made in a folder of
 * their own in it, and put in their place when they are whole.
 *
 * @module
 */

import { located } from "./fault.ts";

/** Whether there is something of that name: a file, a folder, or a link. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    const { NotFound, NotADirectory } = Deno.errors;
    const isNot = error instanceof NotFound || error instanceof NotADirectory;
    if (isNot) return false;
    throw error;
  }
}

/**
 * A new folder in `out`, which is made if need be. What is still in it when it goes
 * out of scope is removed.
 */
export async function workFolder(
  out: string,
): Promise<AsyncDisposable & { path: string }> {
  try {
    await Deno.mkdir(out, { recursive: true });
    const path = await Deno.makeTempDir({ dir: out, prefix: ".partial-" });
    return {
      path,
      [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
    };
  } catch (error) {
    throw located(error, "write", out);
  }
}

/** Puts what was made in its place; `named` is the path that the user knows. */
export async function place(
  from: string,
  to: string,
  named = to,
): Promise<void> {
  try {
    await Deno.rename(from, to);
  } catch (error) {
    throw located(error, "write", named);
  }
}
