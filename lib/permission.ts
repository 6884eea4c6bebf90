/**
 * Asks Deno for a permission before an operation needs it.
 *
 * @module
 */

/**
 * Returns if the permission is granted. Deno would prompt at a terminal; a lab
 * program ends and names the flag, everywhere alike.
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
