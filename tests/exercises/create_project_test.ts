import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { parseName } from "../../exercises/create_project.ts";
import { run } from "../child.ts";
import { temporaryFolder } from "../folder.ts";

const denoIn = (cwd: string, ...args: string[]) =>
  new Deno.Command(Deno.execPath(), { args, cwd, env: { NO_COLOR: "1" } })
    .output().then(({ code, stdout, stderr }) => ({
      code,
      text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr),
    }));

Deno.test("create_project makes a project that runs, and whose test passes", async () => {
  await using here = await temporaryFolder();
  const { code, stdout, stderr } = await run("create_project", [], {
    cwd: here.path,
  });
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.trim().split("\n"), [
    "Created SDN_LAB/deno.json",
    "Created SDN_LAB/main.ts",
    "Created SDN_LAB/main_test.ts",
    "Go there: cd SDN_LAB",
    "Run it:   deno task start",
    "Test it:  deno task test",
  ]);
  const project = `${here.path}/SDN_LAB`;
  const started = await denoIn(project, "task", "start");
  assertEquals(started.code, 0);
  assertMatch(started.text, /hello world/);
  const tested = await denoIn(project, "task", "test");
  assertEquals(tested.code, 0, tested.text);
  assertMatch(tested.text, /1 passed/);
});

Deno.test("create_project never overwrites anything", async () => {
  await using here = await temporaryFolder();
  await Deno.mkdir(`${here.path}/SDN_LAB`);
  await Deno.writeTextFile(`${here.path}/SDN_LAB/main.ts`, "mine");
  await Deno.writeTextFile(`${here.path}/notes`, "mine");
  for (const name of ["SDN_LAB", "notes"]) {
    const { code, stderr } = await run("create_project", [name], {
      cwd: here.path,
    });
    assertEquals(code, 65);
    assertMatch(
      stderr,
      /already .*nothing is overwritten\nhint: choose another/,
    );
  }
  assertEquals(await Deno.readTextFile(`${here.path}/notes`), "mine");
  assertEquals(Array.from(Deno.readDirSync(`${here.path}/SDN_LAB`)).length, 1);
});

Deno.test("create_project takes the name of a folder, and no path out of here", async () => {
  await using here = await temporaryFolder();
  const good = await run("create_project", ["মেয়াদ ২"], { cwd: here.path });
  assertEquals(good.code, 0, good.stderr);
  for (const name of ["../x", "/tmp/x", "a/b", "a\\b", ".", "..", "", "a:b"]) {
    const { code, stdout } = await run("create_project", [name], {
      cwd: here.path,
    });
    assertEquals([code, stdout], [65, ""], name);
  }
  assertEquals(Array.from(Deno.readDirSync(here.path)).length, 1);
});

Deno.test({
  name:
    "parseName() takes a joiner where the spelling has it, and nowhere else",
  permissions: "none",
}, () => {
  const name = "\u09b0\u200d\u09cd\u09af\u09be\u09ac"; // RAB, as Bangla writes it
  assertEquals(parseName(name), name);
  for (const joiner of ["a\u200d", "\u200da", "1\u200d2", "a\u200d\u200db"]) {
    assertThrows(() => parseName(joiner), SyntaxError, "is not a name");
  }
});

Deno.test({
  name:
    "parseName() refuses what is a device on Windows, in any case and with any end",
  permissions: "none",
}, () => {
  for (
    const name of [
      "CON",
      "con",
      "nul.txt",
      "Aux.a.b",
      "PRN .x",
      "com1",
      "LPT9",
      "COM¹.x",
      "lpt0",
    ]
  ) assertThrows(() => parseName(name), SyntaxError, "it is a device");
  for (
    const name of [
      "CONSOLE",
      "con_1",
      "COM",
      "com10",
      "nul-1",
      "my.nul",
      "lpt",
      "auxiliary.txt",
    ]
  ) assertEquals(parseName(name), name);
});
