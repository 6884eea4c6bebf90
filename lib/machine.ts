/**
 * This machine: its name and the addresses of its network interfaces.
 *
 * Python: `socket.gethostname`, and for the addresses no single call; C:
 * `gethostname(2)`, `getifaddrs(3)`.
 *
 * @module
 */

import { isLoopback } from "./endpoint.ts";
import { requirePermission } from "./permission.ts";

/** One address of one network interface. */
export interface MachineAddress {
  /** The interface, as the system names it: `eth0`, `Wi-Fi`. */
  name: string;
  /** The address, in text. */
  address: string;
  /** The family of the address. */
  family: "IPv4" | "IPv6";
  /** What keeps other machines from reaching it; `undefined` if nothing does. */
  mark: "loopback" | "link-local" | "virtual" | undefined;
}

// Interfaces that exist only inside this machine, or lead into a tunnel, by the names
// that VirtualBox, VMware, Hyper-V and WSL, Docker, libvirt, WireGuard, Parallels and
// their kind give them.
const VIRTUAL_NAME =
  /virtualbox|vboxnet|vmware|vmnet|vethernet|hyper-v|wsl|docker|^br-|^veth|^virbr|^lxc|^lxd|^podman|^cni|^zt|^utun|^bridge1\d\d|^vmenet|^vnic|^tun|^tap|^wg|tailscale/i;
// VirtualBox's host-only adapter and Docker have these hardware addresses; on
// Windows the interface's name is often just "Ethernet 3".
const VIRTUAL_MAC = /^(0a:00:27|02:42)/i;

/**
 * The host name.
 *
 * @throws {Deno.errors.NotCapable} without sys access to `hostname`
 */
export function hostName(): string {
  requirePermission({ name: "sys", kind: "hostname" });
  return Deno.hostname();
}

/**
 * All addresses of this machine, each with what it is good for.
 *
 * @throws {Deno.errors.NotCapable} without sys access to `networkInterfaces`
 */
export function machineAddresses(): MachineAddress[] {
  requirePermission({ name: "sys", kind: "networkInterfaces" });
  return Deno.networkInterfaces().map(({ name, address, family, mac }) => ({
    name,
    address,
    family,
    mark: markOf(name, address, mac),
  }));
}

/**
 * The IPv4 addresses that another machine could reach. Virtual ones only if there
 * is no other, link-local ones only if there are none of these either.
 *
 * @throws {Deno.errors.NotCapable} without sys access to `networkInterfaces`
 */
export function reachableIpv4(
  addresses: MachineAddress[] = machineAddresses(),
): string[] {
  const marks: MachineAddress["mark"][] = [undefined, "virtual", "link-local"];
  return marks.map((mark) =>
    addresses.filter((one) => one.family === "IPv4" && one.mark === mark)
      .map(({ address }) => address)
  ).find((found) => found.length > 0) ?? [];
}

/** What keeps other machines from an address, by its interface. */
export function markOf(
  name: string,
  address: string,
  mac: string,
): MachineAddress["mark"] {
  if (isLoopback(address)) return "loopback";
  if (/^169\.254\.|^fe[89ab].:/i.test(address)) return "link-local";
  return VIRTUAL_NAME.test(name) || VIRTUAL_MAC.test(mac)
    ? "virtual"
    : undefined;
}
