/**
 * What a user types to run Deno, in a kit or not.
 *
 * @module
 */

import { quote } from "./text.ts";

/**
 * What to type for `deno`. In a kit that is the path of the Deno which runs this:
 * it lies beside the folders of the scripts, where the shell does not look.
 */
export async function denoCommand(): Promise<string> {
  // Loaded only here: they take longer than all the rest of a program's start.
  const { relative } = await import("node:path");
  const { fileURLToPath } = await import("node:url");
  const root = fileURLToPath(new URL("../", import.meta.url));
  const own = Deno.execPath();
  return /[\\/]/.test(relative(root, own)) ? "deno" : quote(own);
}
