import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { EXERCISES } from "../../exercises/lab.ts";
import { classroomPermissions } from "../../lib/compile/classroom.ts";
import {
  compileAll,
  compileArguments,
  type CompileOptions,
  TARGETS,
} from "../../lib/compile/compile.ts";
import { type Exercise, permissionFlags } from "../../lib/exercise.ts";
import { Child, type Result, run } from "../child.ts";
import { temporaryFolder } from "../folder.ts";

const FOLDER = new URL("../../exercises/", import.meta.url);
const byId = (id: string) => EXERCISES.find((one) => one.id === id)!;

function options(out: string): CompileOptions {
  return {
    target: Deno.build.target,
    out,
    isClassroom: false,
    folder: FOLDER,
    print: () => {},
  };
}

/** The part of a binary's embedded metadata that matters here. */
interface Metadata {
  permissions: Record<string, unknown> & { prompt?: boolean };
  unstable_config?: { features: string[] };
}

/** Reads what `deno compile` put into a binary, behind its mark. */
async function metadata(path: string): Promise<Metadata> {
  const bytes = await Deno.readFile(path);
  const text = new TextDecoder("latin1").decode(bytes);
  // The runtime itself holds the mark too: the last one begins the data.
  const start = text.lastIndexOf("d3n0l4ndd3n0l4nd") + 16;
  const length = Number(new DataView(bytes.buffer).getBigUint64(start, true));
  const json = bytes.subarray(start + 8, start + 8 + length);
  return JSON.parse(new TextDecoder().decode(json));
}

Deno.test("TARGETS are those that deno compile knows", async () => {
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["compile", "--target", "nonsense", "x.ts"],
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stderr);
  const [, values] = /possible values: ([^\]\n]+)/.exec(said)!;
  const known = values.trim().split(", ");
  // Older versions of Deno know fewer.
  for (const target of known) assert(TARGETS.some((one) => one === target));
  if (Deno.version.deno.startsWith("2.9")) {
    assertEquals(TARGETS.length, known.length);
  }
});

Deno.test({
  name: "compileArguments() grant what an exercise declares, and never ask",
  permissions: "none",
}, () => {
  for (const exercise of EXERCISES) {
    const args = compileArguments(exercise, "out/x", options("out"));
    assertEquals(
      args.filter((arg) => arg.startsWith("--allow") || arg === "-A"),
      permissionFlags(exercise.permissions),
    );
    assert(args.includes("--no-prompt"));
    assertEquals(args.at(-1), new URL(`${exercise.id}.ts`, FOLDER).href);
  }
});

Deno.test({
  name:
    "classroomPermissions() open servers and clients to private networks, and nothing else",
  permissions: "none",
}, () => {
  const flags = (id: string) =>
    permissionFlags(classroomPermissions(byId(id))).join(" ");
  const others = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16";
  assertEquals(
    flags("echo_server"),
    "--allow-net=127.0.0.1:9900,0.0.0.0:9900 --allow-sys=networkInterfaces",
  );
  assertEquals(flags("echo_client"), `--allow-net=127.0.0.1:9900,${others}`);
  assertEquals(
    flags("udp_server"),
    `--allow-net=127.0.0.1,0.0.0.0:9901,${others} --allow-sys=networkInterfaces`,
  );
  assertEquals(
    flags("udp_client"),
    `--allow-net=127.0.0.1:0,127.0.0.1:9901,0.0.0.0:0,${others}`,
  );
  for (const exercise of EXERCISES.filter(({ role }) => !role)) {
    assertEquals(classroomPermissions(exercise), exercise.permissions);
  }
});

// One exercise for each set of permissions. Any file serves as a runtime here:
// what is embedded does not depend on it.
const DISTINCT = new Map(
  EXERCISES.map((one) => [JSON.stringify(one.permissions), one]),
);

for (const exercise of DISTINCT.values()) {
  const { id, permissions } = exercise;
  Deno.test(`a binary of ${id} embeds its declared permissions, and no prompt`, async () => {
    await using here = await temporaryFolder();
    const output = `${here.path}/${id}`;
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: compileArguments(exercise, output, options(here.path)),
      env: { DENORT_BIN: DENORT_BIN ?? Deno.execPath() },
    }).output();
    assertEquals(code, 0);
    const embedded = (await metadata(output)).permissions;
    assertEquals(embedded.prompt ?? false, false);
    const granted = Object.entries(embedded).filter(([name, value]) =>
      name.startsWith("allow_") && name !== "allow_import" && value
    ).map(([name, value]) => [name.replace("allow_", ""), value]);
    assertEquals(
      Object.fromEntries(granted),
      permissions as Record<string, unknown>,
    );
    assertEquals(embedded.deny_import, [], "all imports are denied");
  });
}

/** `lab compile function` with that file as the runtime to embed. */
async function compileWith(runtime: string, folder: string): Promise<Result> {
  await using lab = new Child(Deno.execPath(), [
    ...["run", "--quiet", "--no-prompt", `--allow-run=${Deno.execPath()}`],
    ...["--allow-read", "--allow-write", new URL("lab.ts", FOLDER).href],
    ...["compile", "function", "--out", `${folder}/dist`],
  ], { env: { DENORT_BIN: runtime } });
  return await lab.result;
}

Deno.test("compileAll() says what to do where the runtime cannot be had, and leaves nothing behind", async () => {
  await using here = await temporaryFolder();
  const { code, stderr } = await compileWith(`${here.path}/nothing`, here.path);
  assertEquals(code, 69);
  assertMatch(stderr, /^lab: there is no runtime for \S+: .*nothing/);
  assertMatch(stderr, /hint: run this once where dl\.deno\.land answers/);
  assertEquals(Array.from(Deno.readDirSync(`${here.path}/dist`)), []);
});

Deno.test("compileAll() says why Deno made nothing of DENORT_BIN, and leaves nothing behind", async () => {
  await using here = await temporaryFolder();
  const runtime = `${here.path}/text`;
  await Deno.writeTextFile(runtime, "no runtime");
  const { code, stderr } = await compileWith(runtime, here.path);
  assertEquals(code, 69);
  assertMatch(
    stderr,
    /^lab: deno compile cannot make function: Invalid object.*\nhint: if DENORT_BIN is set, /,
  );
  assertEquals(Array.from(Deno.readDirSync(`${here.path}/dist`)), []);
});

Deno.test("compileAll() overwrites nothing that it did not make", async () => {
  await using here = await temporaryFolder();
  await Deno.writeTextFile(`${here.path}/function`, "mine");
  await assertRejects(
    () =>
      compileAll([byId("function")], {
        ...options(here.path),
        target: "x86_64-unknown-linux-gnu",
      }),
    Deno.errors.AlreadyExists,
    "nothing is overwritten",
  );
  assertEquals(await Deno.readTextFile(`${here.path}/function`), "mine");
});

Deno.test("compileAll() removes what is half done when it is interrupted", async () => {
  await using here = await temporaryFolder();
  const controller = new AbortController();
  const working = compileAll([byId("function")], {
    ...options(here.path),
    signal: controller.signal,
  });
  controller.abort();
  await assertRejects(() => working, DOMException);
  assertEquals(Array.from(Deno.readDirSync(here.path)), []);
});

// From here on the binaries are really run. That takes a runtime: the one that
// DENORT_BIN names, or the one that Deno has kept or can download.
const DENORT_BIN = readEnvironment("DENORT_BIN");
const suffix = Deno.build.os === "windows" ? ".exe" : "";
const hasRuntime = await canRun();

Deno.test({
  name: hasRuntime
    ? "every binary behaves as its script does"
    : "every binary behaves as its script does (left out: there is no runtime to embed, set DENORT_BIN)",
  ignore: !hasRuntime,
}, async () => {
  await using here = await temporaryFolder();
  const lines: string[] = [];
  await compileAll(EXERCISES, {
    ...options(here.path),
    print: (line) => lines.push(line),
  });
  assertMatch(lines[0], /^\[1\/29\] .*create_project\S* {2}\d+ MB$/);
  const sums = await Deno.readTextFile(`${here.path}/SHA256SUMS`);
  assertEquals(sums.trim().split("\n").length, EXERCISES.length);

  const binary = (id: string, ...args: string[]) =>
    new Child(...command(`${here.path}/${id}${suffix}`, args), {
      cwd: here.path,
    });
  for (const { id, role, permissions } of EXERCISES) {
    const help = await binary(id, "--help").result;
    assertEquals([help.code, help.stderr], [0, ""], id);
    assertMatch(help.stdout, new RegExp(`\nUsage: ${id}${suffix}( \\[|\n)`));
    assert(!help.stdout.includes("deno run"), id);
    const answer = await binary(id, "--answer").result;
    assertEquals(answer, await run(id, ["--answer"]));
    const wrong = await binary(id, "--nonsense").result;
    assertEquals(wrong, await run(id, ["--nonsense"]));
    const isPure = Object.keys(permissions).length === 0;
    if (isPure) assertEquals(await binary(id).result, await run(id), id);
    if (role === "server") await pair(byId(id), binary);
  }
  // No more than its script: another port is refused, without asking.
  const refused = await binary("echo_client", "--port", "9").result;
  assertEquals(refused.code, 77);
  assertMatch(
    refused.stderr,
    /this binary may do no more than it was compiled/,
  );
  assertEquals((await binary("socket_timeout").result).code, 0);
  assertEquals((await binary("local_machine_info").result).code, 0);
  assertEquals((await binary("port_probe").result).code, 0);
  assertEquals((await binary("create_project").result).code, 0);
});

/** A server and its client, at the only port that they may use. */
async function pair(
  server: Exercise,
  binary: (id: string, ...args: string[]) => Child,
): Promise<Result> {
  await using listening = binary(server.id);
  await listening.line(/ port \d+/);
  await using client = binary(
    server.client!,
    ...server.client === "udp_client" ? ["--count", "2"] : [],
  );
  if (server.client === "message_client") await client.write("hello\nbye\n");
  const result = await client.result;
  assertEquals([result.code, result.stderr], [0, ""], server.client);
  listening.kill("SIGINT");
  assertEquals((await listening.result).code, 0, server.id);
  return result;
}

/** A command line for a file that these tests may not run themselves. */
function command(path: string, args: string[]): [string, string[]] {
  return Deno.build.os === "windows"
    ? ["cmd", ["/c", path, ...args]]
    : ["sh", ["-c", 'exec "$0" "$@"', path, ...args]];
}

/** Whether a binary of the simplest exercise runs. */
async function canRun(): Promise<boolean> {
  await using here = await temporaryFolder();
  try {
    await compileAll([byId("function")], options(here.path));
    const [shell, args] = command(`${here.path}/function${suffix}`, []);
    const { code, stdout } = await new Deno.Command(shell, { args }).output();
    return code === 0 && new TextDecoder().decode(stdout) === "hello world\n";
  } catch (error) {
    if (error instanceof Deno.errors.NotSupported) return false;
    throw error;
  }
}

function readEnvironment(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}
