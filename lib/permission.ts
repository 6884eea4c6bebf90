/**
 * Asks Deno for a permission before an operation needs it.
 *
 * @module
 */

/**
 * Returns if the permission is granted. Deno itself would stop at a terminal to
 * ask; a lab program rather ends with the flag to add, the same everywhere.
 *
 * @throws {Deno.errors.NotCapable} if the permission is not granted
 */
export function requirePermission(
  descriptor: Deno.PermissionDescriptor,
): void {
  if (Deno.permissions.querySync(descriptor).state === "granted") return;
  const { name, ...scope } = descriptor;
  throw new Deno.errors.NotCapable(
    `no permission: --allow-${name}=${Object.values(scope).join(",")}`,
  );
}
