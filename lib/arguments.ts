/**
 * What was typed behind the name of a program, by its declared options.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { UnknownWordError, UsageError } from "./fault.ts";
import {
  EXERCISE_FLAGS,
  type Option,
  type Options,
  type Values,
} from "./options.ts";

const SEE_HELP = "--help shows what this program takes";

/**
 * What `parseOptions()` does, for callers that cannot wait until this is loaded.
 *
 * @throws {UsageError} if an option is unknown, lacks its value or has a wrong
 * one, or if there are too many operands
 * @throws {SyntaxError} if an operand that is the program's data is wrong
 */
export function parseArguments<O extends Options>(
  options: O,
  args: string[],
  taken: readonly string[] = EXERCISE_FLAGS,
): Values<O> {
  const names = Object.keys(options).filter((name) => name !== "_");
  const flags = names.filter((name) => options[name].value === undefined);
  const valued = names.filter((name) => options[name].value !== undefined);
  const given = parseArgs(protectValues(valued, [...flags, ...taken], args), {
    boolean: flags,
    string: ["_", ...valued],
    collect: valued,
    unknown: (arg, name) => {
      const bare = name?.replace(/=$/, "") ?? "";
      if (valued.includes(bare)) throw needsValue(bare, options[bare]);
      if (name !== undefined) throw unknownOption(arg, [...names, ...taken]);
    },
  });

  const texts: Record<string, string[]> = {
    _: given._.map((text) => String(text).replace(HIDDEN, "")),
  };
  for (const name of valued) {
    texts[name] = given[name] as string[] ?? [];
    if (texts[name].includes("")) throw needsValue(name, options[name]);
  }
  for (const name of flags) texts[name] = given[name] ? ["true"] : [];
  const most = options._?.most ?? 0;
  if (texts._.length > most) {
    throw new UsageError(
      `unexpected argument ${JSON.stringify(texts._[most])}`,
      most === 1
        ? `several words that are one argument stand in quotes: "${
          texts._.join(" ")
        }"`
        : SEE_HELP,
    );
  }
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    try {
      // Of an option that is given twice the last one counts; both have to be right.
      const typed = name === "_"
        ? [texts._]
        : texts[name].map((text) => [text]);
      values[name] = texts[name].length > 0
        ? typed.map((one) => option.parse(one)).at(-1)
        : option.default;
    } catch (error) {
      // What names a peer is usage; any other operand is the program's data.
      const isData = name === "_" && !option.net;
      if (!(error instanceof SyntaxError) || isData) throw error;
      const where = name === "_" ? "" : `--${name}: `;
      throw new UsageError(where + error.message);
    }
  }
  return values as Values<O>;
}

// parseArgs takes whatever begins with "-" for an option, also the value in
// `--port -1` and the operand -3, and `true` and `false` for the value of a flag. So
// the first is joined to `--port=-1`, to be judged as a port, and the others get a
// character in front that nobody can type, until they are parsed.
const HIDDEN = "\0";

function protectValues(
  valued: string[],
  flags: string[],
  args: string[],
): string[] {
  const safe: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--") return [...safe, ...args.slice(i)];
    // Its name for the operands.
    if (/^--?_(=|$)/.test(args[i])) {
      throw unknownOption(args[i], [...valued, ...flags]);
    }
    const [, flag] = args[i].match(/^--([^=]+)=/) ?? [];
    if (flags.includes(flag)) {
      throw new UsageError(`--${flag} takes no value`, SEE_HELP);
    }
    // As word processors write "--".
    const [, dashed] = args[i].match(/^[\u2010-\u2015\u2212]+([\w-]+)/) ?? [];
    if ([...valued, ...flags].includes(dashed)) {
      throw new UsageError(
        `${JSON.stringify(args[i])} begins with a dash that is no hyphen`,
        `type --${dashed}`,
      );
    }
    const isValued = args[i].startsWith("--") &&
      valued.includes(args[i].slice(2));
    if (isValued && args[i + 1]?.match(/^(?!--|-$)/)) {
      safe.push(`${args[i]}=${args[++i]}`);
    } else {
      const isHidden = /^(-\d.*|true|false)$/s.test(args[i]);
      safe.push(isHidden ? HIDDEN + args[i] : args[i]);
    }
  }
  return safe;
}

function needsValue(name: string, option: Option<unknown>): UsageError {
  const example = option.default ? `, such as ${option.default}` : "";
  return new UsageError(
    `--${name} needs a value: --${name} ${option.value}${example}`,
    SEE_HELP,
  );
}

function unknownOption(arg: string, names: string[]): UsageError {
  const typed = arg.replace(/=.*/, "");
  if (/^(--(allow|deny|no-prompt|unstable)\b|-[A-Z])/.test(typed)) {
    return new UsageError(
      `unknown option ${JSON.stringify(typed)}`,
      "an option of Deno stands before the script: deno run --allow-net=… exercises/…",
    );
  }
  return new UnknownWordError(
    `unknown option ${JSON.stringify(typed)}`,
    typed,
    names.map((name) => `--${name}`),
    "--help lists all",
  );
}
