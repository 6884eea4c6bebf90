/**
 * Checksums of files, in the form of sha256sum(1).
 *
 * @module
 */

import { createHash } from "node:crypto";

/** The name of the file with the checksums of what is beside it. */
export const SUMS = "SHA256SUMS";

/** The SHA-256 checksum of a file, in hexadecimal. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

/** The text of a {@linkcode SUMS} file, from checksums by path. */
export function sumsText(sums: ReadonlyMap<string, string>): string {
  const paths = [...sums.keys()].sort();
  return paths.map((path) => `${sums.get(path)}  ${path}\n`).join("");
}

/** The checksums in a folder's {@linkcode SUMS} file by path; none without the file. */
export async function readSums(folder: string): Promise<Map<string, string>> {
  try {
    const text = await Deno.readTextFile(`${folder}/${SUMS}`);
    const lines = text.matchAll(/^([\da-f]{64}) [ *](.+)$/gm);
    return new Map(Array.from(lines, ([, sum, path]) => [path, sum]));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Map();
    throw error;
  }
}
