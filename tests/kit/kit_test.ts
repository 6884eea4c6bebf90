import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { explain } from "../../lib/explain.ts";
import type { Fault } from "../../lib/fault.ts";
import { sha256 } from "../../lib/checksum.ts";
import { listFiles } from "../../lib/kit/files.ts";
import { buildKit, type KitOptions } from "../../lib/kit/kit.ts";
import { hostPlatform, PLATFORMS, RELEASES } from "../../lib/kit/release.ts";
import { LAB_CMD } from "../../lib/kit/start_files.ts";
import { temporaryFolder } from "../folder.ts";

function options(out: string): KitOptions {
  return {
    platform: "linux-x64",
    root: new URL("../../", import.meta.url),
    out,
    print: () => {},
  };
}

/** A registry on loopback, and an empty cache, for what a kit fetches. */
function registry(
  cache: string,
  answer: (request: Request) => Response | Promise<Response>,
): AsyncDisposable & { env: Record<string, string> } {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    answer,
  );
  return {
    env: {
      NPM_CONFIG_REGISTRY: `http://127.0.0.1:${server.addr.port}/`,
      DENO_DIR: cache,
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.sort();
}

Deno.test({
  name: "RELEASES pin a package with both checksums for each platform",
  permissions: "none",
}, () => {
  assertEquals(Object.keys(RELEASES).sort(), [...PLATFORMS].sort());
  for (const platform of PLATFORMS) {
    const { name, version, integrity, sha256, file } = RELEASES[platform];
    assertMatch(name, /^@deno\//);
    assertMatch(version, /^2\.9\.\d+$/);
    assertMatch(integrity, /^sha512-[\w+/]{86}==$/);
    assertMatch(sha256, /^[\da-f]{64}$/);
    assertEquals(file.endsWith(".exe"), platform.startsWith("windows"));
  }
});

Deno.test({
  name: "hostPlatform() is this machine's, or undefined",
  permissions: "none",
}, () => {
  const of = (
    os: typeof Deno.build.os,
    arch: typeof Deno.build.arch = "x86_64",
  ) => hostPlatform({ os, arch });
  assertEquals(of("windows"), "windows-x64");
  assertEquals(of("darwin", "aarch64"), "macos-arm64");
  assertEquals(of("linux", "aarch64"), "linux-arm64");
  assertEquals(of("windows", "aarch64"), undefined);
  assertEquals(of("freebsd"), undefined);
});

Deno.test("buildKit() makes a folder and a zip for Windows, in the place of an earlier kit", async () => {
  await using out = await temporaryFolder();
  const earlier = `${out.path}/sdn_lab-windows-x64`;
  await Deno.mkdir(earlier);
  await Deno.writeTextFile(`${earlier}/SHA256SUMS`, "");
  await Deno.writeTextFile(`${earlier}/old.txt`, "");
  await Deno.writeTextFile(`${out.path}/other.txt`, "mine");

  const lines: string[] = [];
  await buildKit({
    ...options(out.path),
    platform: "windows-x64",
    print: (line) => lines.push(line),
  });
  assertMatch(lines.at(-2)!, /sdn_lab-windows-x64 {2}\d+ MB$/);
  assertMatch(lines.at(-1)!, /sdn_lab-windows-x64\.zip {2}[\d.]+ MB$/);
  assertEquals(await namesIn(out.path), [
    "other.txt",
    "sdn_lab-windows-x64",
    "sdn_lab-windows-x64.zip",
  ]);
  assertEquals(await namesIn(earlier), [
    "LICENSE",
    "README.md",
    "SHA256SUMS",
    "START.txt",
    "deno.exe",
    "deno.json",
    "exercises",
    "lab.cmd",
    "lab.sh",
    "lib",
    "node_modules",
  ]);

  // It is a Windows program, the pinned one, and nearly all of the kit.
  using file = await Deno.open(`${earlier}/deno.exe`);
  const magic = new Uint8Array(2);
  await file.read(magic);
  assertEquals(new TextDecoder().decode(magic), "MZ");
  assertEquals(
    await sha256(`${earlier}/deno.exe`),
    RELEASES["windows-x64"].sha256,
  );
  const { size } = await file.stat();
  const files = await listFiles(earlier);
  const sizes = files.map((path) => Deno.statSync(`${earlier}/${path}`).size);
  const all = sizes.reduce((sum, one) => sum + one);
  assert(all < size * 1.05, `${all}`);
  const zip = await Deno.stat(`${earlier}.zip`);
  assert(zip.size < size / 2, `${zip.size}`);

  assertEquals(await Deno.readTextFile(`${earlier}/lab.cmd`), LAB_CMD);
  assertMatch(await Deno.readTextFile(`${earlier}/START.txt`), /\r\n/);
  const config = JSON.parse(await Deno.readTextFile(`${earlier}/deno.json`));
  assertEquals([config.nodeModulesDir, config.lock], ["manual", false]);
  assertEquals(Object.keys(config.tasks), ["demo", "lab"]);
  assert(lines.some((line) => line.includes(`  ${files.length} files  `)));
  for (
    const path of [
      "exercises/lab.ts",
      "lib/tcp.ts",
      "node_modules/deno-std/cli/parse_args.js",
      "node_modules/dns-packet/index.js",
      "node_modules/@leichtgewicht/ip-codec/package.json",
    ]
  ) assert(files.includes(path), path);
  const summed = await Deno.readTextFile(`${earlier}/SHA256SUMS`);
  assertEquals(
    Array.from(summed.matchAll(/^[\da-f]{64} {2}(.+)$/gm), ([, path]) => path),
    files.filter((path) => path !== "SHA256SUMS"),
  );
});

Deno.test("buildKit() refuses an executable that is not the pinned one, and leaves nothing behind", async () => {
  await using out = await temporaryFolder();
  const release = { ...RELEASES["linux-x64"], sha256: "0".repeat(64) };
  await assertRejects(
    () => buildKit({ ...options(out.path), release }),
    Deno.errors.InvalidData,
    "deno of @deno/linux-x64-glibc@2.9.6 is not the pinned one",
  );
  assertEquals(await namesIn(out.path), []);
});

Deno.test("buildKit() refuses a download with a wrong integrity, and leaves nothing behind", async () => {
  await using out = await temporaryFolder();
  await using cache = await temporaryFolder();
  const asked: string[] = [];
  await using npm = registry(cache.path, ({ url }) => {
    asked.push(new URL(url).pathname);
    return new Response("something else");
  });
  const error = await assertRejects(
    () => buildKit({ ...options(out.path), env: npm.env }),
    Deno.errors.InvalidData,
    "@deno/linux-x64-glibc@2.9.6",
  );
  assertMatch(error.message, /checksum did not match/);
  assert(!error.message.includes("\n"), error.message);
  assertEquals(await namesIn(out.path), []);
  assertMatch(asked[0], /linux-x64-glibc-2\.9\.6\.tgz$/);
});

Deno.test("buildKit() says in one line that the registry does not have it, and what to do", async () => {
  await using out = await temporaryFolder();
  await using cache = await temporaryFolder();
  await using npm = registry(
    cache.path,
    () => new Response("", { status: 404 }),
  );
  const error: Fault = await assertRejects(
    () => buildKit({ ...options(out.path), env: npm.env }),
    Deno.errors.NotSupported,
  );
  const { message, hint, exitCode } = explain(error);
  assertMatch(
    message,
    /^Failed caching npm package .*2\.9\.6.*: Could not find/,
  );
  assert(!message.includes("\n"), message);
  assertMatch(hint!, /NPM_CONFIG_REGISTRY/);
  assertEquals(exitCode, 69);
  assertEquals(await namesIn(out.path), []);
});

Deno.test("buildKit() stops at once when it is told to, and leaves nothing behind", async () => {
  await using out = await temporaryFolder();
  await using cache = await temporaryFolder();
  const stop = new AbortController();
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  await using npm = registry(cache.path, async () => {
    stop.abort(); // now that the download has begun
    await over;
    return new Response();
  });
  await assertRejects(
    () => buildKit({ ...options(out.path), env: npm.env, signal: stop.signal }),
    DOMException,
    "abort",
  );
  end();
  assertEquals(await namesIn(out.path), []);
});

Deno.test("buildKit() overwrites no folder and no zip that is no kit", async () => {
  const name = "sdn_lab-linux-x64";
  const cases: [string, (path: string) => Promise<void>][] = [
    [name, (path) => Deno.mkdir(path)],
    [name, (path) => Deno.writeTextFile(path, "mine")],
    [`${name}.zip`, (path) => Deno.mkdir(path)],
    [`${name}.zip`, (path) => Deno.writeTextFile(path, "mine")],
  ];
  for (const [foreign, make] of cases) {
    await using out = await temporaryFolder();
    const path = `${out.path}/${foreign}`;
    await make(path);
    const before = await Deno.stat(path);
    await assertRejects(
      () => buildKit(options(out.path)),
      Deno.errors.AlreadyExists,
      `there is already a ${path}, which is no kit`,
    );
    assertEquals(await namesIn(out.path), [foreign]);
    assertEquals(await Deno.stat(path), before);
  }
});
