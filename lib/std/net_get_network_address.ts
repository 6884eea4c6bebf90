/** `@std/net/get-network-address`, which npm does not have, by the same contract. @module */

/**
 * The first address of this machine that is not a loopback address, or
 * `undefined` where there is none.
 *
 * @throws {Deno.errors.NotCapable} without sys access to `networkInterfaces`
 */
export function getNetworkAddress(
  family: "IPv4" | "IPv6" = "IPv4",
): string | undefined {
  return Deno.networkInterfaces().find((face) =>
    face.family === family &&
    !(face.address.startsWith("127.") || face.address === "::1")
  )?.address;
}
