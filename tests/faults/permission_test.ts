/**
 * What every program may do, and what it does: under `--no-prompt` with exactly
 * its declared permissions, Deno's audit shows no access outside them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { resolve, sep as SEPARATOR } from "node:path";
import { EXERCISES } from "../../exercises/lab.ts";
import { serveNames } from "../../lib/demo/name_server.ts";
import { formatEndpoint, isLoopback } from "../../lib/endpoint.ts";
import { type Exercise, permissionsFor } from "../../lib/exercise.ts";
import { type Child, type ChildOptions, run, serve } from "../child.ts";
import { temporaryFolder } from "../folder.ts";
import { type Access, readAudit } from "./audit.ts";

const ROOT = new URL("../../", import.meta.url);
const CHILDREN: Deno.PermissionOptionsObject = {
  run: [Deno.execPath()],
  net: ["127.0.0.1"],
  read: "inherit",
  write: "inherit",
};

/** Whether a path is a folder, or in it. */
function isBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder + SEPARATOR);
}

/** Whether `granted`, one entry of a permission, covers what was accessed. */
function covers(granted: string, value: string): boolean {
  return value === granted || value.startsWith(granted + ":");
}

/** That each access is covered by what the exercise declares for its arguments. */
function assertCovered(
  exercise: Exercise,
  args: string[],
  audit: Access[],
  folder: string,
): void {
  const granted = permissionsFor(exercise, args) as Record<string, string[]>;
  for (const { permission, value } of audit) {
    const entries = granted[permission] ?? [];
    const isIn = permission === "read" || permission === "write"
      ? entries.some((entry) =>
        isBelow(resolve(folder, entry), resolve(folder, value))
      )
      : entries.some((entry) => covers(entry, value));
    assert(
      isIn,
      `${exercise.id} accessed ${permission} ${value}, and declares ${
        JSON.stringify(granted)
      }`,
    );
  }
}

/** That every permission that is declared is used: none is too many. */
function assertUsed({ id, permissions }: Exercise, audit: Access[]): void {
  for (const [name, entries] of Object.entries(permissions)) {
    const used = audit.filter(({ permission }) => permission === name);
    assert(used.length > 0, `${id} declares ${name}, and never uses it`);
    if (name !== "sys") continue;
    assertEquals(
      [...new Set(used.map(({ value }) => value))].sort(),
      [...entries as string[]].sort(),
    );
  }
}

const find = (id: string) => EXERCISES.find((one) => one.id === id)!;

for (const exercise of EXERCISES.filter(({ role }) => role === undefined)) {
  const { id, permissions, options } = exercise;
  Deno.test({
    name: `${id} accesses what it declares, and nothing else`,
    permissions: CHILDREN,
  }, async () => {
    await using folder = await temporaryFolder();
    const work = await Deno.realPath(folder.path);
    const names = permissions.net instanceof Array ? permissions.net : [];
    await using server = serveNames(
      new Map(names.map((name) => [name, "192.0.2.1"])),
    );
    const args = options?.["name-server"]
      ? ["--name-server", formatEndpoint(server.addr)]
      : [];
    const audit = `${work}/.audit`;
    const { code, stderr } = await run(id, args, {
      cwd: work,
      env: { DENO_AUDIT_PERMISSIONS: audit },
    });
    assertEquals([code, stderr], [0, ""]);
    const accesses = await readAudit(audit);
    assertCovered(exercise, args, accesses, work);
    assertUsed(exercise, accesses);
  });
}

/** How a server and its client meet: what is typed, and how the server ends. */
async function meet(
  server: Exercise,
  options: (id: string) => ChildOptions,
): Promise<{ port: number }> {
  await using running: Child & { port: number } = await serve(
    server.id,
    [],
    options(server.id),
  );
  const { port } = running;
  const client = find(server.client!);
  const args = ["--port", `${port}`];
  const { code, stderr } = await run(client.id, args, {
    ...options(client.id),
    input: client.id === "message_client" ? "hello\nbye\n" : undefined,
  });
  assertEquals([code, stderr], [0, ""]);
  running.kill("SIGINT");
  assertEquals((await running.result).code, 0);
  return { port };
}

for (const server of EXERCISES.filter(({ role }) => role === "server")) {
  Deno.test({
    name:
      `${server.id} and ${server.client} access what they declare, and nothing else`,
    permissions: CHILDREN,
  }, async () => {
    await using folder = await temporaryFolder();
    const audit = (id: string) => `${folder.path}/${id}`;
    const { port } = await meet(server, (id) => ({
      env: { DENO_AUDIT_PERMISSIONS: audit(id) },
    }));
    const served = await readAudit(audit(server.id));
    assertCovered(server, ["--port", "0"], served, folder.path);
    assertUsed(server, served);
    const client = find(server.client!);
    const asked = await readAudit(audit(client.id));
    assertCovered(client, ["--port", `${port}`], asked, folder.path);
    assertUsed(client, asked);
  });
}

Deno.test({
  name: "--help accesses nothing, in every program",
  permissions: CHILDREN,
}, async () => {
  await using folder = await temporaryFolder();
  await Promise.all(EXERCISES.map(async ({ id }) => {
    const audit = `${folder.path}/${id}`;
    const { code } = await run(id, ["--help"], {
      env: { DENO_AUDIT_PERMISSIONS: audit },
    });
    assertEquals([id, code, await readAudit(audit)], [id, 0, []]);
  }));
});

Deno.test({
  name: "no network exercise declares read, write, run, ffi, env or import",
  permissions: "none",
}, () => {
  for (const { id, permissions, role } of EXERCISES) {
    const names = Object.keys(permissions);
    assert(
      names.every((name) => ["net", "sys", "read", "write"].includes(name)),
      `${id} declares ${names}`,
    );
    if (role === undefined && !permissions.net) continue;
    assertEquals([id, names], [id, ["net"]]);
  }
});

Deno.test({
  name: "every permission is a list of what it is for, none is for all",
  permissions: "none",
}, () => {
  for (const { id, permissions } of EXERCISES) {
    for (const [name, entries] of Object.entries(permissions)) {
      assert(Array.isArray(entries) && entries.length > 0, `${id}: ${name}`);
      assert(entries.every((entry) => typeof entry === "string" && entry), id);
    }
  }
});

Deno.test({
  name:
    "servers and clients declare loopback, and listen there unless --host says so",
  permissions: { run: [Deno.execPath()] },
}, async () => {
  for (const exercise of EXERCISES.filter(({ role }) => role !== undefined)) {
    assertEquals(exercise.options?.host.default, "127.0.0.1");
    for (const entry of exercise.permissions.net as string[]) {
      assert(isLoopback(entry.split(":")[0]), `${exercise.id}: ${entry}`);
    }
    if (exercise.role !== "server") continue;
    await using server = await serve(exercise.id);
    const line = await server.line(/ on \S+ port \d+/);
    assert(/ on 127\.0\.0\.1 port /.test(line), line);
  }
});

Deno.test({
  name:
    "deno task ok, which the continuous integration runs, freezes the lockfile",
  permissions: { read: [ROOT] },
}, () => {
  const text = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));
  const { tasks, lock } = JSON.parse(text("deno.json"));
  assert(/\bdeno check\b[^&]* --frozen\b/.test(tasks.ok.command));
  assert(/^deno task ok\b/m.test(text(".ci/run")));
  assert(lock !== false);
  assert(Object.keys(JSON.parse(text("deno.lock")).specifiers).length > 0);
});
