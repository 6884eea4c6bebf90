/**
 * The kit as a student meets it: unpacked in a read-only folder, by an ordinary
 * user, without a network, a home or another Deno.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { EXERCISES } from "../../exercises/lab.ts";
import { buildKit } from "../../lib/kit/kit.ts";
import { listFiles } from "../../lib/kit/files.ts";
import { hostPlatform } from "../../lib/kit/release.ts";
import { Child, type Result } from "../child.ts";
import { temporaryFolder } from "../folder.ts";

/**
 * How to become an ordinary user with just loopback: as root, or in a user
 * namespace where "root" may no more than the user that it is outside.
 */
const ISOLATIONS = [
  ["--net", "--reuid=65534 --regid=65534 --clear-groups"],
  ["--net --map-root-user", "--bounding-set=-all --inh-caps=-all"],
];

/** The arguments of `unshare` that run the command behind them in isolation. */
function isolated([unshare, setpriv]: string[]): string[] {
  const script = "PATH=$PATH:/usr/sbin:/sbin && ip link set lo up && " +
    `exec setpriv ${setpriv} env -i PATH="$PATH" NO_COLOR=1 "$@"`;
  return [...unshare.split(" "), "sh", "-c", script, "sh"];
}

/** What goes wrong when a program runs; `undefined` if nothing does. */
function failure(program: string, ...args: string[]): string | undefined {
  const { state } = Deno.permissions.querySync({
    name: "run",
    command: program,
  });
  if (state !== "granted") return `${program} is not permitted`;
  try {
    const { code, stderr } = new Deno.Command(program, { args }).outputSync();
    if (code === 0) return undefined;
    return new TextDecoder().decode(stderr).trim() ||
      `${program} ends with ${code}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `${program} is missing`;
    throw error;
  }
}

const platform = hostPlatform();
const isolation = ISOLATIONS.find((one) =>
  failure("unshare", ...isolated(one), "true") === undefined
);
const obstacle = Deno.build.os !== "linux" || !platform
  ? "this test is for Linux"
  : failure("unzip", "-v") ?? failure("sha256sum", "--version") ??
    failure("chmod", "--version") ??
    (isolation
      ? undefined
      : failure("unshare", ...isolated(ISOLATIONS[1]), "true"));
const reason = obstacle ? ` (left out: ${obstacle})` : "";

async function tool(program: string, cwd: string, ...args: string[]) {
  await using child = new Child(program, args, { cwd });
  const { code, stdout, stderr } = await child.result;
  assertEquals(code, 0, `${program}: ${stdout}${stderr}`);
  return stdout;
}

Deno.test({
  name:
    `a kit runs the lab offline, from a read-only folder, as any user${reason}`,
  ignore: obstacle !== undefined,
}, async (test) => {
  await using out = await temporaryFolder();
  await using place = await temporaryFolder();
  await using temp = await temporaryFolder();
  await buildKit({
    platform: platform!,
    root: new URL("../../", import.meta.url),
    out: out.path,
    print: () => {},
  });
  const parent = `${place.path}/Übung 1`;
  const kit = `${parent}/sdn_lab-${platform}`;
  const zip = `${out.path}/sdn_lab-${platform}.zip`;
  await tool("unzip", out.path, "-q", zip, "-d", parent);
  await tool("chmod", place.path, "755", ".");
  await tool("chmod", temp.path, "777", ".");
  await tool("chmod", parent, "-R", "a-w", ".");

  const inside = (cwd: string, ...command: string[]) =>
    new Child("unshare", [
      ...isolated(isolation!),
      `TMPDIR=${temp.path}`,
      "DENO_DIR=/nonexistent/deno",
      ...command,
    ], { cwd });
  const lab = (...args: string[]) => inside("/", `${kit}/lab.sh`, ...args);
  const run = async (...args: string[]): Promise<Result> => {
    await using child = lab(...args);
    return await child.result;
  };

  try {
    await test.step("its checksums are right", async () => {
      await tool("sha256sum", kit, "--check", "--quiet", "SHA256SUMS");
      const modes = await tool("unzip", "/", "-Z", zip);
      const runnable = modes.matchAll(/^-rwxr-xr-x .*\/([^/]+)$/gm);
      assertEquals(Array.from(runnable, ([, name]) => name), [
        "deno",
        "lab.sh",
      ]);
    });

    await test.step("it runs where nothing can be written or reached", async () => {
      const probe = 'test -w "$1" && echo writable; ip route; id -u';
      await using child = new Child("unshare", [
        ...isolated(isolation!),
        "sh",
        "-c",
        probe,
        "sh",
        kit,
      ]);
      const { stdout, stderr } = await child.result;
      assertEquals(stderr, "");
      assertMatch(stdout, /^\d+\n$/);
    });

    await test.step("lab.sh lists", async () => {
      const { code, stdout, stderr } = await run();
      assertEquals([code, stderr], [0, ""]);
      for (const { id } of EXERCISES) assert(stdout.includes(` ${id} `), id);
    });

    await test.step("lab.sh runs, with the arguments and the exit code", async () => {
      assertEquals(await run("run", "function_2", "5", "5"), {
        code: 0,
        stdout: "5 is equal to 5\n",
        stderr: "",
      });
      const { code, stderr } = await run("run", "4.2.3", "no address");
      assertEquals(code, 65);
      assertMatch(stderr, /^ip4_address_conversion: "no address"/);
      assertEquals((await run("nonsense")).code, 64);
    });

    await test.step("lab.sh says what is no part of a kit", async () => {
      for (const command of ["check", "compile", "kit"]) {
        assertEquals((await run(command, "--help")).code, 0);
        const { code, stderr } = await run(command);
        assertEquals(code, 77);
        assertMatch(
          stderr,
          /\nhint: .*; a kit for PCs without Deno has no such/,
        );
      }
    });

    await test.step("lab.sh explains", async () => {
      const { code, stdout, stderr } = await run("explain", "5.1");
      assertEquals([code, stderr], [0, ""]);
      assertMatch(stdout, /^Question: 5\.1 /);
    });

    await test.step("lab.sh permits a program what it declares for its arguments", async () => {
      await using server = lab("run", "echo_server", "--port", "9999");
      await server.line(/^Starting up echo server on 127\.0\.0\.1 port 9999$/);
      server.kill("SIGTERM");
      const { code, stderr } = await server.result;
      assertEquals([code, stderr], [
        0,
        "lab: for these arguments permitted: --allow-net=127.0.0.1:9999\n",
      ]);
    });

    await test.step("lab.sh makes a project that runs as it says, in a folder of one's own", async () => {
      const create = [`${kit}/lab.sh`, "run", "create_project"];
      await using refused = inside(kit, ...create);
      const { code, stderr } = await refused.result;
      assertEquals(code, 77);
      assertMatch(stderr, /^create_project: .* denied.*\nhint: go to a folder/);

      const own = `${temp.path}/my own`;
      await Deno.mkdir(own);
      await tool("chmod", own, "777", ".");
      await using created = inside(own, ...create, "My project");
      const { stdout } = await created.result;
      const go = /^Go there: (.+)$/m.exec(stdout)!;
      for (
        const [what, said] of [["Run", "hello world"], ["Test", "1 passed"]]
      ) {
        const [, line] = new RegExp(`^${what} it: +(.+)$`, "m").exec(stdout)!;
        await using typed = inside(own, "sh", "-c", `${go[1]} && ${line}`);
        const result = await typed.result;
        assertEquals(result.code, 0, result.stderr);
        assert(result.stdout.includes(said), result.stdout);
      }
      await Deno.remove(own, { recursive: true });
    });

    await test.step("lab.sh demo runs every program, and cleans up", async () => {
      const { code, stdout, stderr } = await run("demo");
      assertEquals([code, stderr], [0, ""], stdout);
      assertMatch(
        stdout,
        new RegExp(`\n${EXERCISES.length} programs ran, 0 failed\n$`),
      );
      assertMatch(stdout, /client │ Received: b'Test message: SDN course/);
      assertEquals(await Array.fromAsync(Deno.readDir(temp.path)), []);
    });

    await test.step("lab.sh says what is wrong with its folder", async () => {
      // What its deno is: nothing, what may not be run, or not by this system.
      const cases: [
        string,
        [text: string, mode: number] | undefined,
        RegExp,
      ][] = [
        [
          "alone",
          undefined,
          /^lab: there is no program deno[^]*\nhint: unpack/,
        ],
        ["no mode", ["", 0o644], /^lab: .* may not be run\nhint: .*chmod \+x/],
        ["a, b", ["", 0o755], /^lab: .* comma in its name: .*\nhint: rename/],
        [
          "other",
          ["\x7fELF\0", 0o755],
          /^lab: this kit is for \S+-\S+, and its Deno does not run here: .*\bdeno\b[^]*\nhint: take the kit/,
        ],
      ];
      for (const [name, deno, expected] of cases) {
        const folder = `${temp.path}/${name}`;
        await Deno.mkdir(folder);
        await Deno.copyFile(`${kit}/lab.sh`, `${folder}/lab.sh`);
        if (deno) {
          const [text, mode] = deno;
          await Deno.writeTextFile(`${folder}/deno`, text, { mode });
        }
        await using child = new Child("unshare", [
          ...isolated(isolation!),
          `${folder}/lab.sh`,
        ]);
        const { code, stderr } = await child.result;
        assertEquals(code, 69);
        assertMatch(stderr, expected);
      }
    });

    await test.step("nothing of it has changed", async () => {
      const listed = await tool("unzip", "/", "-Z1", zip);
      const files = await listFiles(parent);
      assertEquals(files, listed.trim().split("\n").sort());
      await tool("sha256sum", kit, "--check", "--quiet", "SHA256SUMS");
    });
  } finally {
    await tool("chmod", place.path, "-R", "u+w", ".");
  }
});
