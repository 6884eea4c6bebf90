/**
 * What a program of the lab tells its user beside its results: what failed and what
 * to do, and that a server is open to others.
 *
 * @module
 */

import {
  formatEndpoint,
  isLoopback,
  isUnspecified,
  ownHost,
} from "./endpoint.ts";
import { commandLine, type Exercise, permissionsFor } from "./exercise.ts";
import { EXIT } from "./exit_code.ts";
import { explain } from "./explain.ts";
import { located } from "./fault.ts";
import { reachableIpv4 } from "./machine.ts";
import { isOutputFault } from "./output.ts";
import { quote, visible } from "./text.ts";

/**
 * Tells the user of a server that is open to the network what a classmate has
 * to type, and warns. Says nothing of a server that only this machine can reach.
 */
export function announce(server: Exercise, addr: Deno.NetAddr): void {
  const { hostname, port, transport } = addr;
  if (isLoopback(hostname)) return;
  console.error(
    `Warning: port ${port} is now open to everyone who can reach this machine.`,
  );
  let addresses = [hostname];
  if (isUnspecified(hostname)) {
    try {
      addresses = reachableIpv4();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotCapable)) throw error;
      addresses = [];
      console.error(
        "hint: with --allow-sys=networkInterfaces too, this machine's " +
          "addresses are shown here",
      );
    }
    if (addresses.length === 0) addresses = ["ADDRESS_OF_THIS_PC"];
  }
  console.log("On another PC type:");
  for (const address of addresses) {
    const endpoint = formatEndpoint({ hostname: address, port });
    const own = formatEndpoint({ hostname: ownHost(address), port: 0 });
    const net = transport === "udp" ? [own, endpoint] : [endpoint];
    console.log(
      `  ${
        commandLine(server.client!, { net })
      } --host ${address} --port ${port}`,
    );
  }
}

/**
 * Says on stderr what became of one peer of a server, which goes on.
 *
 * @throws if it was no peer's fault, but the output's: then nothing could be shown
 */
export function reportPeer(
  exercise: Exercise,
  error: unknown,
  peer?: Deno.NetAddr,
): void {
  if (isOutputFault(error)) throw error;
  if (peer) located(error, "read", formatEndpoint(peer));
  reportError(exercise, error);
}

/** Says on stderr what failed and what to do; returns the exit code for it. */
export function reportError(
  exercise: Exercise,
  error: unknown,
  args: string[] = [],
): number {
  const exitCode = sayWhatFailed(exercise.id, error);
  if (exitCode === EXIT.PERMISSION && error instanceof Deno.errors.NotCapable) {
    const permissions = withDenied(permissionsFor(exercise, args), error);
    console.error(
      Deno.build.standalone
        ? "hint: this binary may do no more than it was compiled for"
        : "hint: " + [commandLine(exercise.id, permissions), ...args.map(quote)]
          .join(" "),
    );
  }
  return exitCode;
}

// A server of UDP sends to whoever asked it, in networks that nobody knows before.
function withDenied(
  permissions: Deno.PermissionOptionsObject,
  { message }: Deno.errors.NotCapable,
): Deno.PermissionOptionsObject {
  const net = (permissions.net ?? []) as string[];
  const [, host] = message.match(/--allow-net=(.*):\d+$/) ?? [];
  const isNamed = net.some((entry) => `${entry}:`.startsWith(`${host}:`));
  return !host || isNamed
    ? permissions
    : { ...permissions, net: [...net, host] };
}

/** Says on stderr what failed in a program; returns the exit code for it. */
export function sayWhatFailed(program: string, error: unknown): number {
  // As behind `| head -1`: nobody reads on.
  if (isOutputFault(error) && error instanceof Deno.errors.BrokenPipe) return 0;
  const { message, hint, exitCode } = explain(error);
  // What the user typed may hold control characters, too.
  const shown = (text: string) =>
    text.split("\n").map((line) => visible(line)).join("\n");
  try {
    console.error(`${program}: ${shown(message)}`);
    if (hint) console.error(`hint: ${shown(hint)}`);
  } catch {
    // Nobody can be told, as with a full disk: the exit code still says it.
  }
  return exitCode;
}
