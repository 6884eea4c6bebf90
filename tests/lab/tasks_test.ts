import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import denoJson from "../../deno.json" with { type: "json" };
import { Child } from "../child.ts";

Deno.test({
  name: "the tasks that take paths begin in the folder where they are typed",
  permissions: "none",
}, () => {
  for (const task of ["lab", "check", "compile", "kit"] as const) {
    assertMatch(
      denoJson.tasks[task].command,
      /^(DENO=.* && )?ROOT="\$\(pwd\)" && cd "\$INIT_CWD" && deno run .* "\$ROOT\/exercises\/lab\.ts"/,
    );
  }
});

Deno.test({
  name: "deno task check finds a program that is named from a subfolder",
  permissions: { run: [Deno.execPath()] },
}, async () => {
  const cwd = fileURLToPath(new URL("../../exercises/", import.meta.url));
  await using child = new Child(Deno.execPath(), [
    ...["task", "--quiet", "check", "function", "--"],
    ...[Deno.execPath(), "run", "--quiet", "function.ts"],
  ], { cwd, env: { INIT_CWD: cwd } }); // or that of the task of these tests
  const { code, stdout, stderr } = await child.result;
  assertEquals([code, stderr], [0, ""], stdout);
  assertMatch(stdout, /\n1 passed, 0 failed/);
});
