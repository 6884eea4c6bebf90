import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { getNetworkAddress } from "@std/net/get-network-address";
import {
  hostName,
  type MachineAddress,
  machineAddresses,
  markOf,
  reachableIpv4,
} from "../../lib/machine.ts";

const at = (
  address: string,
  mark?: MachineAddress["mark"],
): MachineAddress => ({
  name: "x",
  address,
  family: address.includes(":") ? "IPv6" : "IPv4",
  mark,
});

Deno.test({
  name:
    "reachableIpv4() prefers a real address to a virtual, and that to a link-local one",
  permissions: "none",
}, () => {
  const loopback = at("127.0.0.1", "loopback");
  const box = at("192.168.56.1", "virtual");
  const local = at("169.254.3.4", "link-local");
  const real = at("10.1.2.3"), v6 = at("2001:db8::1");
  assertEquals(reachableIpv4([loopback, box, local, v6, real]), ["10.1.2.3"]);
  assertEquals(reachableIpv4([loopback, local, box]), ["192.168.56.1"]);
  assertEquals(reachableIpv4([loopback, local, v6]), ["169.254.3.4"]);
  assertEquals(reachableIpv4([loopback]), []);
});

Deno.test({
  name: "markOf() tells what keeps other machines from an address",
  permissions: "none",
}, () => {
  const real = "48:2a:e3:01:02:03";
  const cases: [string, string, string, MachineAddress["mark"]][] = [
    ["lo", "127.0.0.1", "00:00:00:00:00:00", "loopback"],
    ["lo", "::1", "00:00:00:00:00:00", "loopback"],
    ["Loopback Pseudo-Interface 1", "127.0.0.1", real, "loopback"],
    ["Wi-Fi", "169.254.9.9", real, "link-local"],
    ["eth0", "fe80::1", real, "link-local"],
    ["eth0", "feb0::1", real, "link-local"],
    ["Ethernet 3", "192.168.56.1", "0a:00:27:00:00:05", "virtual"],
    ["VirtualBox Host-Only Network", "192.168.56.1", real, "virtual"],
    ["vEthernet (WSL)", "172.20.16.1", real, "virtual"],
    ["docker0", "172.17.0.1", "02:42:8d:00:00:01", "virtual"],
    ["br-5f1c", "172.18.0.1", real, "virtual"],
    ["virbr0", "192.168.122.1", real, "virtual"],
    ["wg0", "10.8.0.2", real, "virtual"],
    ["tailscale0", "100.64.0.7", real, "virtual"],
    ["eth0", "192.168.0.7", real, undefined],
    ["Ethernet", "10.0.0.9", real, undefined],
    ["wlp3s0", "172.20.1.1", real, undefined],
    ["bridge0", "10.0.0.9", real, undefined],
  ];
  for (const [name, address, mac, mark] of cases) {
    assertEquals(markOf(name, address, mac), mark, `${name} ${address}`);
  }
});

Deno.test({
  name: "hostName() and machineAddresses() describe this machine",
  permissions: { sys: ["hostname", "networkInterfaces"] },
}, () => {
  assertMatch(hostName(), /\S/);
  const addresses = machineAddresses();
  assertEquals(
    addresses.filter(({ address }) => address === "127.0.0.1")
      .map(({ mark }) => mark),
    ["loopback"],
  );
  const first = getNetworkAddress();
  if (first) {
    assertEquals(
      addresses.some(({ address, mark }) =>
        address === first && mark !== "loopback"
      ),
      true,
    );
  }
});

Deno.test({
  name:
    "hostName() and machineAddresses() without the permission throw, and do not ask",
  permissions: "none",
}, () => {
  assertThrows(hostName, Deno.errors.NotCapable, "--allow-sys=hostname");
  assertThrows(
    machineAddresses,
    Deno.errors.NotCapable,
    "--allow-sys=networkInterfaces",
  );
});
