/**
 * The commands that have a task of their own, since they need more than `lab` may.
 *
 * @module
 */

import type { Fault } from "../fault.ts";

/**
 * Returns if a command has the permission that it needs: without it `check` would
 * take its own failure for one of the program that is checked.
 *
 * @throws {Deno.errors.NotCapable} if not, with the task to type
 */
export function requireOwnTask(
  command: string,
  descriptor: Deno.PermissionDescriptor,
): void {
  if (Deno.permissions.querySync(descriptor).state === "granted") return;
  const fault: Fault = new Deno.errors.NotCapable(
    `${command} needs a permission that it does not have here: ` +
      `--allow-${descriptor.name}`,
  );
  fault.hint = `in the folder of the project type: deno task ${command}; ` +
    "a kit for PCs without Deno has no such task";
  throw fault;
}
