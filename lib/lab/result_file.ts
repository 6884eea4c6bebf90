/**
 * Files for results, which the user names.
 *
 * @module
 */

import { resolve } from "node:path";
import { located } from "../fault.ts";

/**
 * Returns if a file can be written, and leaves all as it was.
 *
 * @throws what the system says, with the path noted on it
 */
export async function requireWritable(path: string): Promise<void> {
  try {
    try {
      await Deno.writeTextFile(path, "", { createNew: true });
      // Resolved as it was for the writing: that takes "x/" for "x", too.
      await Deno.remove(resolve(path));
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      await Deno.writeTextFile(path, "", { append: true });
    }
  } catch (error) {
    throw located(error, "write", path);
  }
}

/**
 * Writes a file; if that fails, as on a full disk, what was there stays.
 *
 * @throws what the system says, with the path noted on it
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const to = resolve(path), part = `${to}.partial`;
  try {
    const there = await Deno.lstat(to).catch(() => undefined);
    // What is no file, such as a link or a pipe, is written where it leads.
    if (there && !there.isFile) return await Deno.writeTextFile(to, text);
    await Deno.writeTextFile(part, text);
    await Deno.rename(part, to);
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    throw located(error, "write", path);
  }
}
