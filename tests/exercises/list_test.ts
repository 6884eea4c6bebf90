import { assert, assertEquals, assertMatch } from "@std/assert";
import { EXERCISES } from "../../exercises/lab.ts";
import { fileURLToPath } from "node:url";
import { commandLine, permissionFlags } from "../../lib/exercise.ts";
import { quote } from "../../lib/text.ts";
import { run, start } from "../child.ts";
import { has } from "../interop/peer.ts";

const CHILDREN = { run: [Deno.execPath()] };
const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

Deno.test({
  name: "EXERCISES holds every file of exercises/, and nothing else",
  permissions: { read: [ROOT] },
}, () => {
  const files = Array.from(Deno.readDirSync(new URL("exercises/", ROOT)))
    .map(({ name }) => name).filter((name) => name !== "lab.ts").sort();
  assertEquals(EXERCISES.map(({ id }) => `${id}.ts`).sort(), files);
});

Deno.test({
  name: "README.md holds the table of EXERCISES as it is",
  permissions: { read: [ROOT] },
}, () => {
  const readme = read("README.md");
  const start = readme.search(/\| Sheet +\|/);
  const table = readme.slice(start, readme.indexOf("\n\n", start));
  const squeeze = (text: string) =>
    text.replace(/ +\|/g, " |").replace(/-{3,}/g, "---");
  const rows = EXERCISES.map(({ sheet, id, title, permissions }) => {
    const flags = permissionFlags(permissions)
      .map((flag) => `\`${flag}\``).join(" ") || "none";
    return `| ${sheet} | [${id}](exercises/${id}.ts) | ${title} | ${flags} |`;
  });
  assertEquals(squeeze(table).split("\n"), [
    "| Sheet | Program | What it is | Permission |",
    "| --- | --- | --- | --- |",
    ...rows,
  ]);
});

Deno.test({
  name:
    "every `deno run` line in scripts, helps and README is the one that the entry declares",
  permissions: { read: [ROOT] },
}, () => {
  const texts = EXERCISES.flatMap(({ id, example }) => [
    read(`exercises/${id}.ts`).split("*/")[0],
    example,
  ]);
  const lines = [...texts, read("README.md")].flatMap((text) =>
    Array.from(text.matchAll(/deno run ((?:--\S+ )*)exercises\/(\w+)\.ts(.*)/g))
  );
  assert(lines.length > EXERCISES.length);
  for (const [line, , id, args] of lines) {
    const exercise = EXERCISES.find((one) => one.id === id);
    assert(exercise, line);
    // Lines that name other hosts or ports have other permissions.
    if (/ --host| --port|no\.invalid|127\.0\.0\.1:9900$/.test(args)) continue;
    assert(line.startsWith(commandLine(id, exercise.permissions)), line);
  }
});

Deno.test({
  name:
    "every exercise has questions with answers, an example, and a title of its own",
  permissions: "none",
}, () => {
  const titles = new Set(EXERCISES.map(({ title }) => title));
  assertEquals(titles.size, EXERCISES.length);
  for (const { id, questions, example } of EXERCISES) {
    assert(questions.length > 0, id);
    for (const { question, answer } of questions) {
      assertMatch(question.trim(), /[?.]$/);
      assert(answer.trim().length > 100, id);
    }
    assertMatch(example, /^\s*(terminal 1 )?\$ /);
  }
});

Deno.test({
  name: "every client belongs to a server",
  permissions: "none",
}, () => {
  const served = EXERCISES.filter(({ role }) => role === "server")
    .map(({ client }) => client);
  const clients = EXERCISES.filter(({ role }) => role === "client")
    .map(({ id }) => id);
  assertEquals(served.sort(), clients.sort());
});

// What every program does alike, each as a child of its own.
for (const { id, title, sheet, questions, permissions } of EXERCISES) {
  Deno.test({
    name: `${id} --help and --answer need no permission`,
    permissions: CHILDREN,
  }, async () => {
    const [help, answer] = await Promise.all([
      run(id, ["--help"], { flags: [] }),
      run(id, ["--answer"], { flags: [] }),
    ]);
    assertEquals([help.code, help.stderr], [0, ""]);
    assert(help.stdout.startsWith(`${id}: ${title} (sheet ${sheet})\n`));
    assert(help.stdout.includes(commandLine(id, permissions)));
    assertEquals([answer.code, answer.stderr], [0, ""]);
    const words = (text: string) => text.replace(/\s+/g, " ");
    for (const one of questions) {
      assert(words(answer.stdout).includes(words(one.question)));
      assert(words(answer.stdout).includes(words(one.answer.trim())));
    }
  });

  Deno.test({
    name: `${id} refuses an unknown option with exit code 64`,
    permissions: CHILDREN,
  }, async () => {
    const { code, stdout, stderr } = await run(id, ["--nonsense"]);
    assertEquals([code, stdout], [64, ""]);
    assertMatch(
      stderr,
      new RegExp(`^${id}: unknown option "--nonsense"\nhint`),
    );
  });

  if (Object.keys(permissions).length === 0) continue;
  Deno.test({
    name: `${id} without its permission names it, and ends with exit code 77`,
    permissions: CHILDREN,
  }, async () => {
    const { code, stderr } = await run(id, [], { flags: [] });
    assertEquals(code, 77);
    assertMatch(stderr, new RegExp(`^${id}: no permission: --allow-`));
    assert(stderr.includes(`hint: ${commandLine(id, permissions)}\n`), stderr);
  });
}

Deno.test({
  name: "a program without its permission does not ask at a terminal either",
  permissions: { run: ["script"] },
  ignore: !has("script"),
}, async () => {
  // No --no-prompt here: Deno itself would stop and ask.
  const script = fileURLToPath(new URL("exercises/echo_server.ts", ROOT));
  const command = [Deno.execPath(), "run", script].map(quote).join(" ");
  const { code, stdout } = await new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", command, "/dev/null"],
    stdin: "null",
  }).output();
  const shown = new TextDecoder().decode(stdout);
  assertEquals(code, 77, shown);
  assert(shown.includes("hint: deno run --allow-net=127.0.0.1:9900"), shown);
});

Deno.test({
  name: "a client ends with 130 at Ctrl+C and 143 at SIGTERM, a server with 0",
  permissions: CHILDREN,
  ignore: Deno.build.os === "windows",
}, async () => {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    await using server = start("echo_server", ["--port", "0"]);
    const port = /port (\d+)/.exec(await server.line(/port \d+/))![1];
    await using client = start("message_client", ["--port", port]);
    await server.line(/Waiting/);
    await client.write("hello\n");
    await client.line(/Received from server: hello/);
    client.kill(signal);
    assertEquals((await client.result).code, code);
    server.kill(signal);
    assertEquals((await server.result).code, 0);
  }
});
