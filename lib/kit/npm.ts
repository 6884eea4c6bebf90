/**
 * Packages from npm, by Deno itself: it knows the registry, the proxy and the
 * cache of this machine, compares checksums, and runs no scripts of packages.
 *
 * @module
 */

import type { Fault } from "../fault.ts";
import { sha256 } from "../checksum.ts";
import type { Release } from "./release.ts";

/** How to install packages. */
export interface InstallOptions {
  /** Environment variables to add: a registry, or a cache of its own. */
  env?: Record<string, string>;
  /** Aborts the work. */
  signal?: AbortSignal;
}

/** Settings that make plain folders of the packages, without any link. */
export const PLAIN_FOLDERS = {
  nodeModulesDir: "manual",
  nodeModulesLinker: "hoisted",
} as const;

/**
 * Installs a Deno executable below `folder`, a new one, and returns its path. It
 * may be for another platform than this machine's.
 *
 * @throws {Deno.errors.NotSupported} if it cannot be had
 * @throws {Deno.errors.InvalidData} if it is not the pinned one
 */
export async function installDeno(
  release: Release,
  folder: string,
  options: InstallOptions,
): Promise<string> {
  const { name, version, integrity, file } = release;
  const specifier = `npm:${name}@${version}`;
  await Deno.mkdir(folder);
  await writeJson(`${folder}/deno.json`, {
    ...PLAIN_FOLDERS,
    imports: { deno: specifier },
  });
  await writeJson(`${folder}/deno.lock`, {
    version: "5",
    specifiers: { [specifier]: version },
    npm: { [`${name}@${version}`]: { integrity } },
    workspace: { dependencies: [specifier] },
  });
  await denoInstall(folder, [], options);
  const path = `${folder}/node_modules/${name}/${file}`;
  if (await sha256(path) !== release.sha256) {
    throw new Deno.errors.InvalidData(
      `${file} of ${name}@${version} is not the pinned one: it has another ` +
        "SHA-256 than lib/kit/release.ts says",
    );
  }
  return path;
}

/**
 * Installs what a project's script imports into the project's `node_modules`.
 * Its `deno.lock` has to pin all of it; what else is in there is installed too.
 *
 * @throws {Deno.errors.NotSupported} if it cannot be had
 * @throws {Deno.errors.InvalidData} if it is not what is pinned
 */
export async function installImports(
  folder: string,
  script: string,
  options: InstallOptions,
): Promise<void> {
  await denoInstall(folder, ["--entrypoint", script], options);
}

/** Writes a value as JSON. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(value, null, 2) + "\n");
}

async function denoInstall(
  cwd: string,
  args: string[],
  { env, signal }: InstallOptions,
): Promise<void> {
  signal?.throwIfAborted();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--frozen", ...args],
    cwd,
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    signal,
  }).output();
  signal?.throwIfAborted();
  if (code !== 0) throw installFault(new TextDecoder().decode(stderr));
}

// Deno says first what it did, such as "Failed caching npm package", and further
// down why that failed.
function installFault(stderr: string): Fault {
  const [first] = stderr.trim().split("\n");
  const what = first.replace(/^error: /, "");
  const [, cause] = /Caused by:\s+(?:0: )?(.+)/.exec(stderr) ?? [];
  if (/checksum did not match/.test(stderr)) {
    return new Deno.errors.InvalidData(`${what}: ${cause}`);
  }
  const fault: Fault = new Deno.errors.NotSupported(
    cause ? `${what}: ${cause}` : what,
  );
  if (cause) {
    fault.hint = "run this where an npm registry answers, named by " +
      "NPM_CONFIG_REGISTRY unless it is the public one; Deno keeps what it got";
  }
  return fault;
}
