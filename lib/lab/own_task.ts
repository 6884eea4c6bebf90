/**
 * The commands that have a task of their own, since they need more than `lab` may.
 *
 * @module
 */

import type { Fault } from "../fault.ts";

/**
 * Returns if a command has the permissions that it needs: without them `check` would
 * take its own failure for one of the program that is checked.
 *
 * @throws {Deno.errors.NotCapable} if not, with the task to type
 */
export function requireOwnTask(
  command: string,
  ...descriptors: Deno.PermissionDescriptor[]
): void {
  const missing = descriptors.filter((descriptor) =>
    Deno.permissions.querySync(descriptor).state !== "granted"
  );
  if (missing.length === 0) return;
  const flags = missing.map(({ name }) => `--allow-${name}`).join(" and ");
  const fault: Fault = new Deno.errors.NotCapable(
    `${command} needs permissions that it does not have here: ${flags}`,
  );
  fault.hint = `in the folder of the project type: deno task ${command}; ` +
    "a kit for PCs without Deno has no such task";
  throw fault;
}
