/**
 * Checksums of files, in the form of sha256sum(1).
 *
 * @module
 */

import { createHash } from "node:crypto";

/** The SHA-256 checksum of a file, in hexadecimal. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

/** One line of a `SHA256SUMS` file. */
export function sumLine(sum: string, path: string): string {
  return `${sum}  ${path}\n`;
}
