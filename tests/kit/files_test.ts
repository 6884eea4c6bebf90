import { sha256 } from "../../lib/checksum.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { copy, listFiles, sums, writeZip } from "../../lib/kit/files.ts";
import { temporaryFolder } from "../folder.ts";

/** A file, one in folders, and one that is hidden. */
async function example(path: string): Promise<void> {
  await Deno.mkdir(`${path}/b/c`, { recursive: true });
  await Deno.writeTextFile(`${path}/b/c/two.txt`, "two\n");
  await Deno.writeTextFile(`${path}/a one.txt`, "");
  await Deno.writeTextFile(`${path}/.hidden`, "hidden");
}

Deno.test("listFiles() lists files in order, without hidden ones", async () => {
  await using folder = await temporaryFolder();
  await example(folder.path);
  assertEquals(await listFiles(folder.path), ["a one.txt", "b/c/two.txt"]);
});

Deno.test("copy() copies a file, or all that listFiles() lists", async () => {
  await using folder = await temporaryFolder();
  await example(`${folder.path}/from`);
  await copy(`${folder.path}/from`, `${folder.path}/to`);
  assertEquals(
    await listFiles(`${folder.path}/to`),
    await listFiles(`${folder.path}/from`),
  );
  await copy(`${folder.path}/from/b/c/two.txt`, `${folder.path}/to/three`);
  assertEquals(await Deno.readTextFile(`${folder.path}/to/three`), "two\n");
  await assertRejects(
    () => copy(`${folder.path}/nothing`, `${folder.path}/x`),
    Deno.errors.NotFound,
  );
});

Deno.test("sums() writes checksums as sha256sum does", async () => {
  await using folder = await temporaryFolder();
  await example(folder.path);
  const empty =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; // FIPS 180-4
  const two = await sha256(`${folder.path}/b/c/two.txt`);
  assertEquals(
    await sums(folder.path),
    `${empty}  a one.txt\n${two}  b/c/two.txt\n`,
  );
});

Deno.test("writeZip() stops when it is told to", async () => {
  await using folder = await temporaryFolder();
  await example(`${folder.path}/from`);
  await assertRejects(
    () =>
      writeZip(
        `${folder.path}/from`,
        `${folder.path}/x.zip`,
        [],
        AbortSignal.abort(),
      ),
    DOMException,
    "abort",
  );
});
