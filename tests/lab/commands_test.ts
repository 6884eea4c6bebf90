import { assertRejects } from "@std/assert";
import { runLab } from "../../lib/lab/commands.ts";
import { UsageError } from "../../lib/fault.ts";

Deno.test({
  name: "runLab() names an argument too many",
  permissions: "none",
}, async () => {
  const lab = { exercises: [], folder: new URL("file:///nowhere/") };
  for (
    const args of [
      ["list", "extra"],
      ["explain", "echo_server", "extra"],
      ["demo", "/nowhere", "extra"],
    ]
  ) {
    await assertRejects(
      () => runLab(lab, args),
      UsageError,
      'unexpected argument "extra"',
    );
  }
});
