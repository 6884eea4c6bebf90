/**
 * The IPv4 address of a remote host, by its name.
 *
 * ```text
 * $ deno run --allow-net=www.python.org exercises/remote_machine_info.ts
 * Remote host name: www.python.org
 * IP address: 151.101.128.223
 * ```
 *
 * @module
 */

import { lookupHost, type LookupOptions } from "../lib/dns.ts";
import { formatHost, parseHost } from "../lib/endpoint.ts";
import type { Exercise } from "../lib/exercise.ts";
import { explain } from "../lib/explain.ts";
import {
  nameServerOption,
  operands,
  secondsOption,
} from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";
import { visible } from "../lib/text.ts";

const options = {
  _: operands("[host …]", "the hosts to look up", parseHost, {
    values: ["www.python.org"],
    net: formatHost,
  }),
  "name-server": nameServerOption(),
  timeout: secondsOption(10, "how long to wait for an answer"),
};

export const exercise: Exercise = {
  id: "remote_machine_info",
  sheet: "4.2.2",
  title: "IPv4 address of a remote host",
  options,
  example: `
$ deno run --allow-net=www.python.org exercises/remote_machine_info.ts
Remote host name: www.python.org
IP address: 151.101.128.223
$ deno run --allow-net=no.invalid exercises/remote_machine_info.ts no.invalid
Error accessing no.invalid: no IPv4 address is known for it`,
  questions: [{
    question: "How does the program find the address?",
    answer: `
An IPv4 address is its own answer. A name is looked up in the hosts file and then in
the DNS, by the system's resolver, as most programs on this machine do. With
--name-server the question goes to that name server instead. Names map to addresses
that change: another day, or from another country, the same name may have another
address, and one name often has several.`,
  }],
  permissions: { net: ["www.python.org"] },
};

/**
 * Looks hosts up one after another, and prints each with its address. Returns the
 * exit code: 1 if one of them was not found.
 */
export async function printAddresses(
  hosts: string[],
  lookup: LookupOptions,
): Promise<number> {
  let exitCode = 0;
  for (const host of hosts) {
    let addresses;
    try {
      addresses = await lookupHost(host, lookup);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      console.error(visible(`Error accessing ${explain(error).message}`));
      exitCode = 1;
      continue;
    }
    console.log(`Remote host name: ${host}`);
    console.log(`IP address: ${addresses[0]}`);
  }
  return exitCode;
}

export async function main(args: string[]): Promise<number> {
  const { _: hosts, "name-server": nameServer, timeout } = await parseOptions(
    options,
    args,
  );
  return printAddresses(hosts, {
    nameServer,
    timeoutMs: timeout * 1000,
  });
}

if (import.meta.main) await runExercise(exercise, main);
