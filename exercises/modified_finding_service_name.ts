/**
 * Completes the lab sheet's table: the service names of ports 21, 22 and 110.
 *
 * ```text
 * $ deno run exercises/modified_finding_service_name.ts
 * Port: 21 => Protocol name: ftp
 * Port: 22 => Protocol name: ssh
 * Port: 110 => Protocol name: pop3
 * ```
 *
 * @module
 */

import type { Exercise } from "../lib/exercise.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";
import { getServiceByPort } from "../lib/services.ts";

export const exercise: Exercise = {
  id: "modified_finding_service_name",
  sheet: "4.2.4 (table)",
  title: "Services of ports 21, 22 and 110",
  example: `
$ deno run exercises/modified_finding_service_name.ts
Port: 21 => Protocol name: ftp
Port: 22 => Protocol name: ssh
Port: 110 => Protocol name: pop3`,
  questions: [{
    question: "Complete the table for ports 21, 22 and 110.",
    answer: `
  Port   Name
    21   ftp    File Transfer Protocol, its control connection
    22   ssh    Secure Shell
   110   pop3   Post Office Protocol, version 3

The sheet heads the column "protocol name". Precisely these are service names, or
application protocols; the transport protocol of all three is tcp.`,
  }],
  permissions: {},
};

/** The ports of the sheet's table. */
const PORTS = [21, 22, 110];

export async function main(args: string[]): Promise<void> {
  await parseOptions({}, args);
  for (const port of PORTS) {
    console.log(`Port: ${port} => Protocol name: ${getServiceByPort(port)}`);
  }
}

if (import.meta.main) await runExercise(exercise, main);
