/**
 * The lab for a PC without Deno, network or administrator: a folder with all that
 * it needs, and a zip of it.
 *
 * @module
 */

import { format as formatBytes } from "@std/fmt/bytes";
import { fileURLToPath } from "node:url";
import { SUMS } from "../checksum.ts";
import { exists, place, workFolder } from "../folder.ts";
import { copy, listFiles, sums, writeZip } from "./files.ts";
import {
  installDeno,
  installImports,
  type InstallOptions,
  PLAIN_FOLDERS,
  writeJson,
} from "./npm.ts";
import { type Platform, type Release, RELEASES } from "./release.ts";
import { LAB_CMD, labSh, startText } from "./start_files.ts";

/** What to build, and where. */
export interface KitOptions extends InstallOptions {
  /** Whose PC it is for. */
  platform: Platform;
  /** The folder of the project. */
  root: URL;
  /** The folder for the kit and its zip; it is made if need be. */
  out: string;
  /** Prints a line. */
  print: (line: string) => void;
  /** The Deno to put in; the platform's pinned one unless given. */
  release?: Release;
}

const SCRIPT = "exercises/lab.ts";

/** The tasks that work in a kit: the others need the tests, or write to it. */
const TASKS = ["demo", "lab"];

/**
 * Builds a kit, in the place of an earlier one. All is made in a folder of its own
 * in `out`, and moved to its place when it is whole.
 *
 * @throws {Deno.errors.AlreadyExists} if what is there was not made here
 * @throws {Deno.errors.NotSupported} if something cannot be had from npm
 * @throws {Deno.errors.InvalidData} if what npm has is not what is pinned
 */
export async function buildKit(options: KitOptions): Promise<void> {
  const { platform, out, print, signal } = options;
  const release = options.release ?? RELEASES[platform];
  const name = `sdn_lab-${platform}`;
  const folder = `${out}/${name}`;
  const zip = `${folder}.zip`;
  await using work = await workFolder(out);
  const partial = work.path;
  const old = await earlierKit(folder, zip);

  const kit = `${partial}/${name}`;
  print(`${release.name}@${release.version} from npm, or Deno's cache …`);
  const deno = await installDeno(release, `${partial}/deno`, options);
  print(`  ${release.file}  ${formatBytes((await Deno.stat(deno)).size)}`);
  await copyProject(kit, `${partial}/project`, options);
  await Deno.copyFile(deno, `${kit}/${release.file}`);
  await Deno.writeTextFile(`${kit}/lab.sh`, labSh(platform), { mode: 0o755 });
  await Deno.writeTextFile(`${kit}/lab.cmd`, LAB_CMD);
  await Deno.writeTextFile(`${kit}/START.txt`, startText(platform, release));
  await Deno.writeTextFile(`${kit}/${SUMS}`, await sums(kit));
  const { files, bytes } = await measure(kit);
  print(`  ${files} files  ${formatBytes(bytes)}`);

  print("packing …");
  const newZip = `${partial}/${name}.zip`;
  await writeZip(kit, newZip, [release.file, "lab.sh"], signal);
  const { size } = await Deno.stat(newZip);

  if (old) await place(folder, `${partial}/old`, folder);
  try {
    await place(kit, folder);
  } catch (error) {
    if (old) await place(`${partial}/old`, folder);
    throw error;
  }
  await place(newZip, zip);
  print(`${folder}  ${formatBytes(bytes)}`);
  print(`${zip}  ${formatBytes(size)}`);
}

// The scripts and their packages. The packages are installed in a project of
// their own and copied from there: what Deno installs shares its bytes with
// Deno's cache, and who changed the one would change the other.
async function copyProject(
  kit: string,
  project: string,
  options: KitOptions,
): Promise<void> {
  const { root, print } = options;
  const source = fileURLToPath(root).replace(/[\\/]$/, "");
  const config = JSON.parse(await Deno.readTextFile(`${source}/deno.json`));
  await Deno.mkdir(project);
  for (
    const name of ["exercises", "lib", "LICENSE", "README.md", "deno.lock"]
  ) {
    await copy(`${source}/${name}`, `${project}/${name}`);
  }
  await writeJson(`${project}/deno.json`, { ...config, ...PLAIN_FOLDERS });
  print("packages from npm, or Deno's cache …");
  await installImports(project, SCRIPT, options);

  await copy(project, kit);
  await Deno.remove(`${kit}/deno.lock`);
  const tasks = Object.entries(config.tasks ?? {})
    .filter(([name]) => TASKS.includes(name));
  await writeJson(`${kit}/deno.json`, {
    ...config,
    tasks: Object.fromEntries(tasks),
    nodeModulesDir: PLAIN_FOLDERS.nodeModulesDir, // as it is, never changed
    lock: false, // would be written to a folder that may be read-only
  });
}

// Whether there is an earlier kit. A zip without one beside it is somebody else's.
async function earlierKit(folder: string, zip: string): Promise<boolean> {
  if (await exists(`${folder}/${SUMS}`)) return true;
  for (const path of [folder, zip]) {
    if (!await exists(path)) continue;
    throw new Deno.errors.AlreadyExists(
      `there is already a ${path}, which is no kit: nothing is overwritten`,
    );
  }
  return false;
}

async function measure(
  folder: string,
): Promise<{ files: number; bytes: number }> {
  const files = await listFiles(folder);
  let bytes = 0;
  for (const path of files) {
    bytes += (await Deno.stat(`${folder}/${path}`)).size;
  }
  return { files: files.length, bytes };
}
