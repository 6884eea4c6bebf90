/**
 * Is a TCP port open, closed, or silent? What `connect_ex` is for.
 *
 * ```text
 * $ deno run --allow-net=127.0.0.1 exercises/port_probe.ts 127.0.0.1:9900
 * 127.0.0.1:9900 closed (ECONNREFUSED)
 * ```
 *
 * @module
 */

import { connectTcp } from "../lib/connect.ts";
import { isTimeout } from "../lib/deadline.ts";
import {
  type Endpoint,
  formatEndpoint,
  parseEndpoint,
} from "../lib/endpoint.ts";
import type { Exercise } from "../lib/exercise.ts";
import { type Fault, isBrokenOff } from "../lib/fault.ts";
import { operands, secondsOption } from "../lib/option_kinds.ts";
import { parseOptions } from "../lib/options.ts";
import { reportError } from "../lib/report.ts";
import { runExercise } from "../lib/run.ts";

const LAB_PORTS = [8000, 9900, 12345, 65432];
/** How long to wait, in seconds: Windows asks three times, and so is refused after 2. */
const WAIT_S = Deno.build.os === "windows" ? 3 : 1;

const options = {
  _: operands(
    "[host:port …]",
    "the ports to probe",
    parseEndpoint,
    {
      values: LAB_PORTS.map((port) => ({ hostname: "127.0.0.1", port })),
      net: formatEndpoint,
      show: formatEndpoint,
    },
  ),
  seconds: secondsOption(WAIT_S, "how long to wait for an answer"),
};

export const exercise: Exercise = {
  id: "port_probe",
  sheet: "note 1 (theory)",
  title: "Is a TCP port open?",
  options,
  example: `
$ deno run --allow-net=127.0.0.1 exercises/port_probe.ts
127.0.0.1:8000 closed (ECONNREFUSED)
127.0.0.1:9900 open
127.0.0.1:12345 closed (ECONNREFUSED)
127.0.0.1:65432 closed (ECONNREFUSED)`,
  questions: [{
    question: "What is connect_ex for, and what do its results mean?",
    answer: `
Python's connect raises an exception if it fails; connect_ex returns the error code
of C's connect(2) instead, and 0 for success; a name that is not found and a port
that is none still raise. So it suits a program that only wants to know. Open:
somebody listens there. ECONNREFUSED, closed: the machine is there, and it or a
firewall says that nobody may connect to this port. ETIMEDOUT, silent: no answer at
all; the machine is off, a firewall drops the packets, or the queue of connections
not yet accepted is full. The kernel gives up after minutes; with settimeout Python
returns EAGAIN before. EHOSTUNREACH and ENETUNREACH: there is no route to it,
or on one's own network it does not answer. Probe only machines that are yours.`,
  }],
  permissions: { net: ["127.0.0.1"] },
};

/**
 * What the system says where there is no route to a host; EINVAL, of a route that
 * discards; EAFNOSUPPORT, where it has no IPv6 at all.
 */
const NO_ROUTE = ["ENETUNREACH", "EHOSTUNREACH", "EINVAL", "EAFNOSUPPORT"];

/** What became of an attempt to connect, with the error code by its name. */
export async function probe(
  endpoint: Endpoint,
  seconds: number,
): Promise<string> {
  try {
    using _conn = await connectTcp({ ...endpoint, timeoutMs: seconds * 1000 });
    return "open";
  } catch (error) {
    if (isBrokenOff(error)) return "open"; // somebody accepted, and left at once
    if (error instanceof Deno.errors.ConnectionRefused) {
      return "closed (ECONNREFUSED)";
    }
    if (error instanceof Deno.errors.TimedOut) {
      return "no answer until the system gave up (ETIMEDOUT)";
    }
    if (isTimeout(error)) return `no answer in ${seconds} s (ETIMEDOUT)`;
    if (error instanceof Deno.errors.PermissionDenied) {
      return "forbidden by this machine (EACCES)";
    }
    const { code } = error as Fault;
    if (NO_ROUTE.includes(String(code))) return `unreachable (${code})`;
    throw error;
  }
}

export async function main(args: string[]): Promise<number> {
  const { _: endpoints, seconds } = await parseOptions(options, args);
  const results = endpoints.map((endpoint) => probe(endpoint, seconds));
  await Promise.allSettled(results); // all at once, printed in order
  let exitCode = 0;
  for (const [index, endpoint] of endpoints.entries()) {
    let result;
    try {
      result = await results[index];
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      exitCode = reportError(exercise, error, args);
      continue;
    }
    console.log(`${formatEndpoint(endpoint)} ${result}`);
  }
  return exitCode;
}

if (import.meta.main) await runExercise(exercise, main);
