/**
 * The service that a port belongs to, by port and protocol.
 *
 * ```text
 * $ deno run exercises/finding_service_name.ts
 * Port: 80 => service name: http
 * Port: 53 => service name: domain
 * Port: 25 => service name: smtp
 * Port: 53 => service name: domain
 * ```
 *
 * @module
 */

import { parsePort } from "../lib/endpoint.ts";
import type { Exercise } from "../lib/exercise.ts";
import { operands } from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { runExercise } from "../lib/run.ts";
import {
  getPortByService,
  getServiceByPort,
  type Protocol,
  PROTOCOLS,
} from "../lib/services.ts";
import { visible } from "../lib/text.ts";

const options = {
  _: operands(
    "[port[/protocol] | name …]",
    "ports or service names to look up; the protocol is tcp unless named",
    parseQuery,
    {
      values: ["80/tcp", "53/udp", "25/tcp", "53/udp"].map(parseQuery),
      show: ({ wanted, protocol }) => `${wanted}/${protocol}`,
    },
  ),
};

export const exercise: Exercise = {
  id: "finding_service_name",
  sheet: "4.2.4",
  title: "Service name of a port",
  options,
  example: `
$ deno run exercises/finding_service_name.ts 443 512/udp ssh
Port: 443 => service name: https
Port: 512 => service name: biff
Port: 22 => service name: ssh`,
  questions: [{
    question: "Why does the look-up take the protocol as well as the port?",
    answer: `
TCP and UDP number their ports separately: port 512 is exec over tcp and biff over
udp. Some services have the same number for both, as domain has 53; most are known
for one protocol alone. Most names are those of the IANA registry, the others are
only customary, as webmin is at 10000. They say what a port is meant for, not what
listens there on a given machine.`,
  }],
  permissions: {},
};

/** What to look up: a port or a name, with its protocol. */
export interface Query {
  wanted: number | string;
  protocol: Protocol;
}

/** Reads `80`, `53/udp`, `ssh` or `domain/udp`. */
export function parseQuery(text: string): Query {
  const [, wanted, protocol = "tcp"] = /^(.*?)(?:\/([^/]*))?$/s.exec(text)!;
  if (!PROTOCOLS.includes(protocol as Protocol)) {
    throw new SyntaxError(
      `${JSON.stringify(protocol)} is not a protocol: ` +
        `the protocols are ${PROTOCOLS.join(", ")}`,
    );
  }
  const isName = /^[\w.+-]*[a-z][\w.+-]*$/i.test(wanted) &&
    !/^\d+([.e]\d+|x[\da-f]+)$/i.test(wanted);
  return {
    wanted: isName ? wanted : parsePort(wanted),
    protocol: protocol as Protocol,
  };
}

/** The line for one query. */
export function findService({ wanted, protocol }: Query): string {
  const port = typeof wanted === "number"
    ? wanted
    : getPortByService(wanted, protocol);
  const name = port === undefined
    ? undefined
    : getServiceByPort(port, protocol);
  if (name !== undefined) return `Port: ${port} => service name: ${name}`;
  const others = PROTOCOLS.filter((other) =>
    typeof wanted === "number"
      ? getServiceByPort(wanted, other)
      : getPortByService(wanted, other)
  ).map((other) => `${wanted}/${other}`);
  throw new SyntaxError(
    `no service is known as ${visible(String(wanted))}/${protocol}` +
      (others.length > 0 ? `, but there is ${others.join(" and ")}` : ""),
  );
}

export async function main(args: string[]): Promise<void> {
  for (const query of (await parseOptions(options, args))._) {
    console.log(findService(query));
  }
}

if (import.meta.main) await runExercise(exercise, main);
