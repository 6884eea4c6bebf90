import { assert, assertEquals, assertRejects } from "@std/assert";
import { explain } from "../../lib/explain.ts";
import { exists, place, workFolder } from "../../lib/folder.ts";
import { temporaryFolder } from "../folder.ts";

Deno.test("workFolder() is removed with what is still in it", async () => {
  await using here = await temporaryFolder();
  const out = `${here.path}/new/out`;
  {
    await using work = await workFolder(out);
    await Deno.writeTextFile(`${work.path}/half`, "");
    await Deno.writeTextFile(`${work.path}/whole`, "");
    await place(`${work.path}/whole`, `${out}/whole`);
  }
  const left = await Array.fromAsync(Deno.readDir(out), ({ name }) => name);
  assertEquals(left, ["whole"]);
});

Deno.test("workFolder() names the folder that cannot be written", async () => {
  await using here = await temporaryFolder();
  const file = `${here.path}/file`;
  await Deno.writeTextFile(file, "");
  const error = await assertRejects(
    () => workFolder(`${file}/out`),
    Error,
  );
  assertEquals(explain(error), {
    message: `${file}/out cannot be written: Not a directory`,
    hint: "choose another file or folder",
    exitCode: 74,
  });
});

Deno.test("place() names the path that the user knows", async () => {
  await using here = await temporaryFolder();
  const to = `${here.path}/to`;
  await Deno.mkdir(to);
  await Deno.writeTextFile(`${here.path}/from`, "");
  for (const named of [undefined, "named"]) {
    const error = await assertRejects(
      () => place(`${here.path}/from`, to, named),
      Error,
    );
    const { message, exitCode } = explain(error);
    assert(message.startsWith(`${named ?? to} cannot be written: `), message);
    assertEquals(exitCode, 74);
  }
});

Deno.test("exists() knows files, folders, and that nothing is below a file", async () => {
  await using here = await temporaryFolder();
  const file = `${here.path}/file`;
  await Deno.writeTextFile(file, "");
  assert(await exists(here.path));
  assert(await exists(file));
  assert(!await exists(`${here.path}/nothing`));
  assert(!await exists(`${file}/nothing`));
});
