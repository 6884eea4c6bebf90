/**
 * The kinds of programs that can be checked, each with its rules.
 *
 * @module
 */

import type { Endpoint } from "../endpoint.ts";
import { Client } from "./client.ts";
import { Console, consoleRules, DOTTED_QUAD } from "./console.ts";
import { ECHO_CLIENT_RULES } from "./echo_client.ts";
import { ECHO_SERVER_RULES } from "./echo_server.ts";
import { MACHINE_RULES } from "./machine.ts";
import { MESSAGE_CLIENT_RULES } from "./message_client.ts";
import { MESSAGE_SERVER_RULES } from "./message_server.ts";
import { hearingClient, sayingServer } from "./notes.ts";
import { type Ports, portsForPrograms } from "./ports.ts";
import type { Command } from "./program.ts";
import { judge } from "./judge.ts";
import type { Rule, Subject, Tier, Verdict } from "./rule.ts";
import { Server } from "./server.ts";
import { UDP_CLIENT_RULES } from "./udp_client.ts";
import { UDP_SERVER_RULES } from "./udp_server.ts";

/** What is checked: a command line, or a server that runs already. */
export type Aim = { command: Command } | { target: Endpoint };

/** How one kind of program is checked. */
export interface Kind {
  /** Its rules, to be listed. */
  rules: readonly Pick<Rule<never>, "id" | "tier" | "title">[];
  /** Whether a server that runs already can be checked. */
  takesTarget: boolean;
  /** The arguments that our own program is started with. */
  ownArguments: string[];
  /** Judges a program. */
  judge(aim: Aim, tier: Tier, signal?: AbortSignal): Promise<Verdict[]>;
}

/** How long one rule may take, in ms. */
const RULE_MS = 30_000;
/** The same for UDP clients: ten datagrams are lost, as many as ours sends, in ms. */
const LOSSES_MS = 75_000;

function kind<S extends Subject>(
  rules: readonly Rule<S>[],
  begin: (aim: Aim, ports: Ports) => S,
  ownArguments: string[] = [],
  limitMs = RULE_MS,
): Kind {
  return {
    rules,
    takesTarget: false,
    ownArguments,
    judge: async (aim, tier, signal) => {
      using ports = portsForPrograms();
      return await judge(
        rules.filter((rule) => tier === "strict" || rule.tier === "basic"),
        () => begin(aim, ports),
        limitMs,
        signal,
      );
    },
  };
}

/** A program that is run to its end. */
function running(rules: readonly Rule<Console>[]): Kind {
  return kind(rules, (aim) => new Console(commandOf(aim)));
}

/** A program that prints just these lines. */
function printing(
  sheet: string,
  lines: string[],
  ...more: Rule<Console>[]
): Kind {
  return running([...consoleRules(sheet, lines), ...more]);
}

/** A server, which may run already. */
function serving(rules: readonly Rule<Server>[]): Kind {
  const begin = (aim: Aim, ports: Ports) => new Server({ ...aim, ports });
  const server = kind(rules, begin, ENDPOINT);
  return { ...server, takesTarget: true };
}

/** A client, and the arguments of ours besides the server's address. */
function connecting(
  rules: readonly Rule<Client>[],
  more: string[] = [],
  limitMs?: number,
): Kind {
  const begin = (aim: Aim, ports: Ports) => new Client(commandOf(aim), ports);
  return kind(rules, begin, [...ENDPOINT, ...more], limitMs);
}

const MODULE = ["Hi, this is mymodule speaking.", "Version 0.1"];
const ENDPOINT = ["--host", "{host}", "--port", "{port}"];

/** The kinds of programs, by the exercise that they are for. */
export const KINDS: Readonly<Record<string, Kind>> = {
  function: printing("4.1.2", ["hello world"]),
  function_2: printing("4.1.3", ["4 is maximum", "7 is maximum"]),
  function_local: printing("4.1.4", [
    "x is 50",
    "changed Local x to 2",
    "x is still 50",
  ]),
  function_global: printing("4.1.5", [
    "x is 50",
    "changed Global x to 2",
    "Value of x is 2",
  ]),
  module_demo: printing("4.1.6", MODULE),
  module_demo_2: printing("4.1.6", MODULE),
  local_machine_info: running(MACHINE_RULES),
  ip4_address_conversion: printing("4.2.3", [
    "IP Address: 127.0.0.1 => Packed: b'7f000001', Unpacked: 127.0.0.1",
    "IP Address: 192.168.0.1 => Packed: b'c0a80001', Unpacked: 192.168.0.1",
  ], DOTTED_QUAD),
  finding_service_name: printing("4.2.4", [
    "Port: 80 => service name: http",
    "Port: 53 => service name: domain",
    "Port: 25 => service name: smtp",
    "Port: 53 => service name: domain",
  ]),
  modified_finding_service_name: printing("4.2.4 (table)", [
    "Port: 21 => Protocol name: ftp",
    "Port: 22 => Protocol name: ssh",
    "Port: 110 => Protocol name: pop3",
  ]),
  echo_server: serving(ECHO_SERVER_RULES),
  welcome_server: serving(
    sayingServer("Note 1", "Hello, world", "welcome to my server"),
  ),
  welcome_client: connecting(
    hearingClient("Note 1", "Hello, world", "welcome to my server"),
  ),
  greeting_server: serving(sayingServer("Note 2", "", "Hello, client")),
  greeting_client: connecting(hearingClient("Note 2", "", "Hello, client")),
  udp_server: serving(UDP_SERVER_RULES),
  udp_client: connecting(
    UDP_CLIENT_RULES,
    ["--count", "2", "--seconds", "0.5"],
    LOSSES_MS,
  ),
  message_server: serving(MESSAGE_SERVER_RULES),
  message_client: connecting(MESSAGE_CLIENT_RULES),
  echo_client: connecting(ECHO_CLIENT_RULES, ["--timeout", "4", "{text}"]),
};

function commandOf(aim: Aim): Command {
  return "command" in aim ? aim.command : () => [];
}
