/**
 * The rules for the program that shows this machine's name and address: sheet 4.2.1.
 *
 * @module
 */

import { hostName, reachableIpv4 } from "../machine.ts";
import { encode } from "./bytes.ts";
import type { Console } from "./console.ts";
import { Finding, NotApplicable, type Rule } from "./rule.ts";

/** The rules, in the order in which they are judged. */
export const MACHINE_RULES: readonly Rule<Console>[] = [
  {
    id: "machine-lines",
    tier: "basic",
    title: "prints the host name and an IPv4 address",
    why: "Sheet 4.2.1: `Host name: <name>`, `IP address: <a.b.c.d>`.",
    readOn: "exercises/local_machine_info.ts",
    hint: "gethostname gives the name.",
    run: async (program) => {
      const { stdout } = await program.run();
      const name = `Host name: ${hostName()}`;
      // Where others cannot reach it, it may say that in words.
      const address = reachableIpv4().length > 0
        ? /IP address: \d+(\.\d+){3}/
        : /IP address: ./;
      const isBoth = stdout.text.includes(name) && address.test(stdout.text);
      if (isBoth) return;
      throw new Finding("it did not print both lines", {
        expected: encode(`${name}\nIP address: `),
        received: stdout.bytes,
      });
    },
  },
  {
    id: "machine-reachable",
    tier: "strict",
    title: "shows an address that another machine could reach",
    why:
      "The address of the host name is often 127.0.1.1 or a virtual machine's: " +
      "no classmate can connect to it.",
    readOn: "exercises/local_machine_info.ts --answer",
    hint: "Ask the network interfaces, not the host name.",
    needs: ["machine-lines"],
    run: async (program) => {
      const reachable = reachableIpv4();
      if (reachable.length === 0) {
        throw new NotApplicable("this machine has no such address");
      }
      const { stdout } = await program.run();
      const shown = /IP address: ([\d.]+)/.exec(stdout.text)?.[1] ?? "none";
      if (reachable.includes(shown)) return;
      throw new Finding(
        `it shows ${shown}, and this machine is reached at ${
          reachable.join(" or ")
        }`,
        {},
        shown.startsWith("127.")
          ? "it looks the host name up, which maps to a loopback address here"
          : undefined,
      );
    },
  },
];
