/**
 * A folder's files: their list, their checksums, copies and a ZIP file of them.
 *
 * @module
 */

import { sha256, sumsText } from "../checksum.ts";
import { located } from "../fault.ts";
import { Zip, ZipDeflate } from "./fflate.ts";

/** The size of the pieces in which a file is packed, in bytes. */
const CHUNK = 1 << 20;

/**
 * The files below a folder in alphabetical order, with "/" in their paths.
 * Links are left out, and so is what begins with a dot: no system shows it.
 */
export async function listFiles(folder: string, below = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
    if (name.startsWith(".")) continue;
    if (isFile) files.push(below + name);
    if (!isDirectory) continue;
    files.push(...await listFiles(`${folder}/${name}`, `${below}${name}/`));
  }
  return files.sort();
}

/** Copies a file, or all files of a folder, to a place that does not exist yet. */
export async function copy(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for (const path of await listFiles(from)) {
    await Deno.mkdir(`${to}/${path}`.replace(/\/[^/]*$/, ""), {
      recursive: true,
    });
    await Deno.copyFile(`${from}/${path}`, `${to}/${path}`);
  }
}

/** The checksums of a folder's files, as sha256sum(1) writes them. */
export async function sums(folder: string): Promise<string> {
  const sums = new Map<string, string>();
  for (const path of await listFiles(folder)) {
    sums.set(path, await sha256(`${folder}/${path}`));
  }
  return sumsText(sums);
}

/**
 * Packs a folder into a ZIP file, under the name of the folder. Whoever unpacks
 * it on a Unix system may run the files in `executables`, whatever system it
 * was packed on.
 */
export async function writeZip(
  folder: string,
  zipPath: string,
  executables: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  using output = await Deno.create(zipPath);
  const zip = new Zip((error, bytes) => {
    if (error) throw error;
    try {
      for (let done = 0; done < bytes.length;) {
        done += output.writeSync(bytes.subarray(done));
      }
    } catch (error) {
      throw located(error, "write", zipPath);
    }
  });
  const top = folder.replace(/.*[\\/]/, "");
  for (const path of await listFiles(folder)) {
    const entry = new ZipDeflate(`${top}/${path}`, { level: 6 });
    entry.os = 3; // Unix: the upper half of the attributes is the mode.
    const mode = executables.includes(path) ? 0o100755 : 0o100644;
    entry.attrs = (mode << 16) >>> 0;
    zip.add(entry);
    using input = await Deno.open(`${folder}/${path}`);
    while (true) {
      signal?.throwIfAborted();
      const chunk = new Uint8Array(CHUNK); // fflate keeps what it is given.
      const count = await input.read(chunk);
      entry.push(chunk.subarray(0, count ?? 0), count === null);
      if (count === null) break;
    }
  }
  zip.end();
}
