/**
 * This machine's host name and the IPv4 address that another machine could
 * reach it at.
 *
 * ```text
 * $ deno run --allow-sys=hostname,networkInterfaces exercises/local_machine_info.ts
 * Host name: pc7
 * IP address: 192.168.0.7
 * ```
 *
 * @module
 */

import type { Exercise } from "../lib/exercise.ts";
import { hostName, machineAddresses, reachableIpv4 } from "../lib/machine.ts";
import { flagOption } from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";
import { visible } from "../lib/text.ts";

const options = {
  all: flagOption("list every address, and what it is good for"),
};

export const exercise: Exercise = {
  id: "local_machine_info",
  sheet: "4.2.1",
  title: "This machine's name and address",
  options,
  example: `
$ deno run --allow-sys=hostname,networkInterfaces exercises/local_machine_info.ts
Host name: pc7
IP address: 192.168.0.7`,
  questions: [
    {
      question: "Which module brings the functions that are used here?",
      answer: `
None has to be imported: they are members of the global namespace Deno.
Deno.hostname() gives the host name, Deno.networkInterfaces() the addresses of all
network interfaces. Each needs a permission: --allow-sys=hostname and
--allow-sys=networkInterfaces.

The address of the host name (in Python gethostbyname(gethostname())) is often
127.0.1.1, which no other machine can reach. So this program asks the interfaces,
and leaves out loopback addresses, and those of virtual machines and containers
unless there is no other.`,
    },
    {
      question:
        "Name two additional functions for information about this machine or the network.",
      answer: `
Deno.resolveDns(name, "A") asks the DNS for a name's addresses; it needs net access
to the name server (--allow-net=192.168.0.1:53).

Deno.osRelease() gives the version of the operating system; it needs
--allow-sys=osRelease.

Others: lookup() of node:dns, which also looks into the hosts file, with
--allow-net=NAME; Deno.systemMemoryInfo(), with --allow-sys=systemMemoryInfo; and
Deno.build.os, which needs no permission.`,
    },
  ],
  permissions: { sys: ["hostname", "networkInterfaces"] },
};

export async function main(args: string[]): Promise<void> {
  const { all } = await parseOptions(options, args);
  console.log(`Host name: ${visible(hostName())}`);
  const addresses = machineAddresses();
  const [address] = reachableIpv4(addresses);
  console.log(
    `IP address: ${address ?? "none that another machine could reach"}`,
  );
  if (!all) return;
  for (const { name, address, family, mark } of addresses) {
    const note = mark ? ` (${mark})` : "";
    console.log(`${visible(name)}: ${family} ${address}${note}`);
  }
}

if (import.meta.main) await runExercise(exercise, main);
