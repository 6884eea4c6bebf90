/**
 * What an exercise says about itself. The help text, the flags, the lists and the
 * README's table are derived from this entry.
 *
 * @module
 */

import { formatEndpoint, formatHost, isLoopback, ownHost } from "./endpoint.ts";
import { parseArguments } from "./arguments.ts";
import type { Options } from "./options.ts";
import { quote } from "./text.ts";

/** A question of the lab sheet, with its answer. */
export interface Question {
  /** The question, as the sheet asks it. */
  question: string;
  /** A complete answer. */
  answer: string;
}

/** The entry of one exercise. */
export interface Exercise {
  /** The name of the file, without `.ts`. */
  id: string;
  /** The number on the lab sheet. */
  sheet: string;
  /** What it is, in a few words. */
  title: string;
  /** Its name on the lab sheet, where that is another. */
  alias?: string;
  /** Which end of a conversation it is, if it is one. A server ends cleanly at Ctrl+C. */
  role?: "server" | "client";
  /** The client that talks to this server, by its id. */
  client?: string;
  /** Its options and operands. */
  options?: Options;
  /** An example session, as the terminals show it. */
  example: string;
  /** The questions that go with it. */
  questions: Question[];
  /** What the demo adds: arguments, or the lines that both ends of a pair type. */
  demo?: {
    args?: string[];
    conversation?: [speaker: "server" | "client", text: string][];
  };
  /** What it needs with its defaults, and nothing more. */
  permissions: Deno.PermissionOptionsObject;
}

/**
 * Where the clients of a classroom are: the private networks of RFC 1918, and
 * link-local addresses (RFC 3927), which PCs without a DHCP server take.
 */
export const PRIVATE_NETWORKS: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
];

/**
 * The permissions that an exercise needs with the given arguments: those that it
 * declares, moved to the hosts and ports that the user named.
 */
export function permissionsFor(
  exercise: Exercise,
  args: string[],
): Deno.PermissionOptionsObject {
  const { options = {}, role, permissions } = exercise;
  let values: Record<string, unknown>;
  try {
    values = parseArguments(options, args);
  } catch {
    return permissions; // The program itself will say what is wrong.
  }
  const declared = Array.isArray(permissions.net) ? permissions.net : [];
  let net = declared;
  const host = values.host as string | undefined;
  if (host !== undefined) {
    const peer = formatEndpoint({
      hostname: host,
      port: values.port as number,
    });
    net = declared.flatMap((entry) => {
      const [, port] = entry.split(":");
      // Port 0 is a client's own UDP socket.
      if (port === "0") {
        return [formatEndpoint({ hostname: ownHost(host), port: 0 })];
      }
      if (port !== undefined) return [peer];
      // Without a port, a server's entry stands for the clients it answers.
      const alone = formatHost(host);
      return isLoopback(host) ? [alone, formatHost(ownHost(host))] : [
        peer,
        "127.0.0.0/8",
        ...host.includes(":") ? ["[::1]"] : [],
        ...PRIVATE_NETWORKS,
      ];
    });
  }
  for (const [name, option] of Object.entries(options)) {
    if (!option.net || values[name] === option.default) continue;
    // In the place of the default; who asks a name server needs no access to the
    // hosts that it is asked for.
    net = option.net(values[name]);
  }
  return {
    ...permissions,
    ...(net.length > 0 && { net: [...new Set(net)] }),
    ...(role === "server" && host !== undefined && !isLoopback(host) &&
      { sys: ["networkInterfaces"] }),
  };
}

/** The flags of `deno run` and `deno compile` that grant `permissions`. */
export function permissionFlags(
  permissions: Deno.PermissionOptionsObject,
): string[] {
  return Object.entries(permissions).map(([name, scope]) =>
    `--allow-${name}=${(scope as string[]).join(",")}`
  );
}

/** How to start an exercise: the binary's name, or the line for `deno run`. */
export function commandLine(
  id: string,
  permissions: Deno.PermissionOptionsObject,
): string {
  if (Deno.build.standalone) {
    // PowerShell looks in no folder that is not named.
    return Deno.execPath().endsWith(".exe") ? `.\\${id}.exe` : id;
  }
  // Quoted: zsh looks for files that match an IPv6 address, which is in brackets.
  const flags = permissionFlags(permissions).map(quote);
  return ["deno run", ...flags, `exercises/${id}.ts`].join(" ");
}
