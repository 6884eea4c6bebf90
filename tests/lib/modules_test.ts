import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

Deno.test({
  name: "README.md names every module of lib, behind those that it imports",
  permissions: { read: ["."] },
}, async () => {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const [list] = /^- `lib\/`[^]*?(?=^- )/m.exec(readme)!;
  const named = Array.from(list.matchAll(/`(\w+)`/g), ([, name]) => name);
  const files = await Array.fromAsync(Deno.readDir(new URL("lib/", ROOT)));
  const modules = files.map(({ name }) => name)
    .filter((name) => /^\w+\.ts$/.test(name)).map((name) => name.slice(0, -3));
  assertEquals(named.toSorted(), modules.toSorted());
  for (const [index, name] of named.entries()) {
    const text = await Deno.readTextFile(new URL(`lib/${name}.ts`, ROOT));
    const imports = /^(?! \*).* from "\.\/(\w+)\.ts";$/gm; // not those of examples
    for (const [, other] of text.matchAll(imports)) {
      assert(named.indexOf(other) < index, `${name} imports ${other}`);
    }
  }
});
