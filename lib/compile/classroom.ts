/**
 * What a binary may do in a classroom, where the other end is on another PC.
 *
 * @module
 */

import { type Exercise, PRIVATE_NETWORKS } from "../exercise.ts";

/**
 * The permissions of a server or client for use between two PCs: a server may
 * also listen on all of this machine's addresses and show them; a client may reach
 * any address of a private network. Other exercises stay as they are.
 */
export function classroomPermissions(
  { role, options, permissions }: Exercise,
): Deno.PermissionOptionsObject {
  if (!role) return permissions;
  const declared = permissions.net as string[];
  // Only what speaks UDP declares port 0, or no port.
  const isUdp = declared.some((entry) => !/:[1-9]/.test(entry));
  if (role === "server") {
    return {
      net: [
        ...declared,
        `0.0.0.0:${options?.port.default}`,
        ...isUdp ? PRIVATE_NETWORKS : [],
      ],
      sys: ["networkInterfaces"],
    };
  }
  return {
    net: [
      ...declared,
      ...isUdp ? ["0.0.0.0:0"] : [],
      ...PRIVATE_NETWORKS,
    ],
  };
}
