/**
 * The IPv4 address of one host: `remote_machine_info`, modified for RMIT.
 *
 * ```text
 * $ deno run --allow-net=www.rmit.edu.au exercises/modify_remote_machine_info.ts
 * RMIT host name: www.rmit.edu.au
 * IP address: 18.154.84.50
 * ```
 *
 * @module
 */

import { lookupHost } from "../lib/dns.ts";
import type { Exercise } from "../lib/exercise.ts";
import { explain } from "../lib/explain.ts";
import { nameServerOption, secondsOption } from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";
import { visible } from "../lib/text.ts";

const options = {
  "name-server": nameServerOption(),
  timeout: secondsOption(10, "how long to wait for an answer"),
};

export const exercise: Exercise = {
  id: "modify_remote_machine_info",
  sheet: "4.2.2 (modify)",
  title: "IPv4 address of www.rmit.edu.au",
  options,
  example: `
$ deno run --allow-net=www.rmit.edu.au exercises/modify_remote_machine_info.ts
RMIT host name: www.rmit.edu.au
IP address: 18.154.84.50`,
  questions: [{
    question:
      "What has to be changed to get the IP address of www.rmit.edu.au?",
    answer: `
The host's name and the label that is printed; the look-up is the same for every
name. The permission changes with the name: --allow-net=www.rmit.edu.au. The
address that comes back may be another one tomorrow: names stay, and the addresses
that they map to change, above all where many servers answer for one name.`,
  }],
  permissions: { net: ["www.rmit.edu.au"] },
};

const RMIT_HOST = "www.rmit.edu.au";

export async function main(args: string[]): Promise<number> {
  const given = await parseOptions(options, args);
  try {
    const [address] = await lookupHost(RMIT_HOST, {
      nameServer: given["name-server"],
      timeoutMs: given.timeout * 1000,
    });
    console.log(`RMIT host name: ${RMIT_HOST}`);
    console.log(`IP address: ${address}`);
    return 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    console.error(visible(`Error accessing ${explain(error).message}`));
    return 1;
  }
}

if (import.meta.main) await runExercise(exercise, main);
