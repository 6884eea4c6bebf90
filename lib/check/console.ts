/**
 * The rules for programs without a network: what they print, compared with the
 * sheet.
 *
 * @module
 */

import { toBytes, toCharacters } from "../text.ts";
import { encode, firstDifference } from "./bytes.ts";
import type { Command, Ending } from "./program.ts";
import { Finding, findWithin, NotApplicable, type Rule } from "./rule.ts";
import { Started } from "./started.ts";

/** How long a program may take, in ms. */
const RUN_MS = 20_000;

/** A program that is run to its end. */
export class Console extends Started {
  #command: Command;

  /** Nothing is started yet. */
  constructor(command: Command) {
    super();
    this.#command = command;
  }

  /** Runs it, with more arguments, and without any input. */
  async run(...args: string[]): Promise<Ending> {
    const program = this.start(
      (values) => [...this.#command(values), ...args],
      {},
    );
    await program.endInput();
    return await findWithin(
      RUN_MS,
      program.ending,
      `it still runs after ${RUN_MS / 1000} s`,
    );
  }
}

/**
 * Bytes as a person compares their text: without blanks at the ends of lines, line
 * ends of Windows, empty lines at the end, and a byte order mark.
 */
function loose(bytes: Uint8Array): Uint8Array {
  const lines = toCharacters(bytes).replace(/^\xef\xbb\xbf/, "").split("\n")
    .map((line) => line.replace(/[ \t\r]+$/, ""));
  while (lines.at(-1) === "") lines.pop();
  return toBytes(lines.map((line) => line + "\n").join(""));
}

/** Bytes with the line ends of Windows as those of Unix. */
function withLf(bytes: Uint8Array): Uint8Array {
  return toBytes(toCharacters(bytes).replaceAll("\r\n", "\n"));
}

/** The rules for a program that prints just these lines. */
export function consoleRules(
  sheet: string,
  lines: readonly string[],
): Rule<Console>[] {
  const expected = encode(lines.join("\n") + "\n");
  const compare = (received: Uint8Array) => {
    if (firstDifference(expected, received) === undefined) return;
    throw new Finding("it prints something else than the sheet", {
      expected,
      received,
    });
  };
  return [
    {
      id: "console-lines",
      tier: "basic",
      title: "prints the lines of the sheet",
      why: `Sheet ${sheet}: the console that it shows.`,
      readOn: `deno task lab explain "${sheet}"`,
      hint: "Compare letter by letter: capitals, blanks and punctuation count.",
      run: async (program) => {
        const { stdout } = await program.run();
        compare(loose(stdout.bytes));
      },
    },
    {
      id: "console-exact",
      tier: "strict",
      title: "prints them exactly, each ended by one newline",
      why: "Another program that reads the output sees every byte of it.",
      readOn: "exercises/*.ts --help, which shows an example",
      hint: "Look for blanks at the ends of lines, and for a missing newline.",
      needs: ["console-lines"],
      run: async (program) => {
        const { stdout } = await program.run();
        const isWindows = Deno.build.os === "windows";
        compare(isWindows ? withLf(stdout.bytes) : stdout.bytes);
      },
    },
    {
      id: "console-exit",
      tier: "strict",
      title: "ends with exit code 0, and says nothing on standard error",
      why: "The exit code is how other programs learn that all went well.",
      readOn: "exit(3)",
      hint:
        "Look at what it prints on standard error: a warning, an exception?",
      needs: ["console-lines"],
      run: async (program) => {
        const { code, stderr } = await program.run();
        if (code === 0 && stderr.text === "") return;
        throw new Finding(
          code === 0 ? "it printed on standard error" : "it failed",
          { received: stderr.bytes },
        );
      },
    },
  ];
}

/** The packed addresses that a program has printed, in hexadecimal. */
function packedIn({ stdout }: Ending): string[] {
  return Array.from(stdout.text.matchAll(/\b[\da-f]{8}\b/g), ([hex]) => hex);
}

/** The rule for address conversion, where addresses can be given as arguments. */
export const DOTTED_QUAD: Rule<Console> = {
  id: "ip4-dotted-quad",
  tier: "strict",
  title: "refuses 127.1 and 010.0.0.1, which are no dotted quads",
  why:
    "An address is four decimal numbers; inet_aton takes short and octal forms " +
    "too, and 010.0.0.1 is then 8.0.0.1 (RFC 6943, section 3.1.1).",
  readOn: "inet_aton(3), inet_pton(3)",
  hint: "Use inet_pton(AF_INET, text), or ipaddress.IPv4Address(text).",
  needs: ["console-lines"],
  run: async (program) => {
    // It may print other addresses, too: those of the sheet, or what it was given.
    const good = packedIn(await program.run("10.0.0.255"));
    if (!good.includes("0a0000ff")) {
      throw new NotApplicable("it takes no address as an argument");
    }
    for (
      const [text, packed] of [["127.1", "7f000001"], ["010.0.0.1", "08000001"]]
    ) {
      const ending = await program.run(text);
      const found = packedIn(ending);
      if (found.length < good.length) continue;
      throw new Finding(
        `it takes ${text} for an address`,
        { sent: encode(text), received: ending.stdout.bytes },
        found.includes(packed) && !good.includes(packed)
          ? "it uses inet_aton"
          : undefined,
      );
    }
  },
};
