import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { explain } from "../../lib/explain.ts";
import { runLab } from "../../lib/lab/commands.ts";
import { UsageError } from "../../lib/fault.ts";

const lab = { exercises: [], folder: new URL("file:///nowhere/") };

Deno.test({
  name: "runLab() names an argument too many",
  permissions: "none",
}, async () => {
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

Deno.test({
  name: "runLab() names the task of a command that has not the permission here",
  permissions: "none",
}, async () => {
  const cases: [string, ...string[]][] = [
    ["kit"],
    ["compile", "--out", "/nowhere"],
  ];
  for (const [command, ...args] of cases) {
    const error = await assertRejects(
      () => runLab(lab, [command, ...args]),
      Deno.errors.NotCapable,
    );
    const { message, hint, exitCode } = explain(error);
    assertEquals(exitCode, 77);
    assertMatch(
      message,
      new RegExp(`^${command} needs permissions .*: --allow-`),
    );
    assertMatch(
      hint!,
      new RegExp(`type: deno task ${command}; a kit .* no such`),
    );
  }
});
