/**
 * The options and operands of a program: declared once as values, from which the
 * parser and the help text are derived.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";
import {
  type Endpoint,
  formatEndpoint,
  parseEndpoint,
  parseHost,
  parsePort,
} from "./endpoint.ts";
import { UsageError } from "./explain.ts";

/** One option of a program. */
export interface Option<T> {
  /** The placeholder of its value, such as `<port>`; a flag has none. */
  value?: string;
  /** What it is for, in a few words. */
  help: string;
  /** Its value if it is not given. */
  default: T;
  /** The default in words, if its text does not say enough. */
  shown?: string;
  /** How many operands there may be at most; for `_` only. */
  most?: number;
  /** The value of what was typed, all of it in order. */
  parse(texts: string[]): T;
  /** Which net access a value needs: hosts, or hosts with ports. */
  net?(value: T): string[];
}

/** The options of a program by name; `_` stands for its operands. */
export type Options = Record<string, Option<unknown>>;

/** The value of every option: given, or its default. */
export type Values<O extends Options> = {
  [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** The longest time that can be given, in seconds: a day. */
const MOST_SECONDS = 86_400;

/** A host name or address. */
export function hostOption(help: string): Option<string> {
  return {
    value: "<host>",
    help,
    default: "127.0.0.1",
    parse: last(parseHost),
  };
}

/** A port number; a server may take 0, for any free port. */
export function portOption(port: number, least: 0 | 1): Option<number> {
  return {
    value: "<port>",
    help: least === 0
      ? "the port to listen on; 0 takes any free one"
      : "the port of the server",
    default: port,
    parse: last((text) => parsePort(text, least)),
  };
}

/** A time in seconds, which may have decimals. */
export function secondsOption<T extends number | undefined>(
  seconds: T,
  help: string,
): Option<T | number> {
  return {
    value: "<seconds>",
    help,
    default: seconds,
    shown: seconds === undefined ? "no limit" : undefined,
    parse: last((text) => {
      const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
      if (value > 0 && value <= MOST_SECONDS) return value;
      throw new SyntaxError(
        `${JSON.stringify(text)} is not a time: give seconds, ` +
          `more than 0 and at most ${MOST_SECONDS}, such as 0.5 or 10`,
      );
    }),
  };
}

/** A whole number. */
export function integerOption<T extends number | undefined>(
  value: T,
  help: string,
  least: number,
  most: number,
): Option<T | number> {
  return {
    value: "<number>",
    help,
    default: value,
    parse: last((text) => parseInteger(text, least, most)),
  };
}

/** A probability from 0 to 1. */
export function probabilityOption(help: string): Option<number> {
  return {
    value: "<0…1>",
    help,
    default: 0,
    parse: last((text) => {
      const value = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN;
      if (value >= 0 && value <= 1) return value;
      throw new SyntaxError(
        `${
          JSON.stringify(text)
        } is not a probability: give 0 to 1, such as 0.25`,
      );
    }),
  };
}

/** A name server's address, and its port if it is not 53. */
export function nameServerOption(): Option<Endpoint | undefined> {
  return {
    value: "<ip[:port]>",
    help: "the name server to ask",
    default: undefined,
    shown: "the system's",
    parse: last((text) => {
      const server = parseEndpoint(text, 53);
      if (/^[\d.]+$|:/.test(server.hostname)) return server;
      throw new SyntaxError(
        `${JSON.stringify(text)} is not the address of a name server: ` +
          "give its IP address, such as 192.168.0.1 or 127.0.0.1:5353",
      );
    }),
    net: (server) => server ? [formatEndpoint(server)] : [],
  };
}

/** An option without a value: given or not. */
export function flagOption(help: string): Option<boolean> {
  return { help, default: false, parse: () => true };
}

/** The operands: what stands on the command line without a name. */
export function operands<T>(
  value: string,
  help: string,
  parse: (text: string) => T,
  { values, most = Infinity, net }: {
    values: T[];
    most?: number;
    net?: (value: T) => string;
  },
): Option<T[]> {
  return {
    value,
    help,
    default: values,
    most,
    parse: (texts) => texts.map(parse),
    net: net && ((given) => given.map(net)),
  };
}

/**
 * A whole number, in decimal.
 *
 * @throws {SyntaxError} if `text` is not one from `least` to `most`
 */
export function parseInteger(
  text: string,
  least: number,
  most: number,
): number {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new SyntaxError(
    `${JSON.stringify(text)} is not a whole number from ${least} to ${most}`,
  );
}

/**
 * What the user gave, by the program's declaration.
 *
 * @throws {UsageError} if an option is unknown, lacks its value or has a wrong
 * one, or if there are too many operands
 */
export function parseOptions<O extends Options>(
  options: O,
  args: string[],
): Values<O> {
  const names = Object.keys(options).filter((name) => name !== "_");
  const flags = names.filter((name) => options[name].value === undefined);
  const valued = names.filter((name) => options[name].value !== undefined);
  const given = parseArgs(protectValues(valued, args), {
    boolean: flags,
    string: ["_", ...valued],
    unknown: (arg, name) => {
      const bare = name?.replace(/=$/, "") ?? "";
      if (valued.includes(bare)) throw needsValue(bare, options[bare].value!);
      if (name !== undefined) throw unknownOption(arg, names);
    },
  });

  const texts: Record<string, string[]> = {
    _: given._.map((text) => String(text).replace(NEGATIVE, "")),
  };
  for (const name of names) {
    const value = given[name];
    if (value === "") throw needsValue(name, options[name].value!);
    texts[name] = value === undefined || value === false ? [] : [String(value)];
  }
  const most = options._?.most ?? 0;
  if (texts._.length > most) {
    throw new UsageError(
      `unexpected argument ${JSON.stringify(texts._[most])}`,
      "--help shows what this program takes",
    );
  }
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    try {
      values[name] = texts[name].length > 0
        ? option.parse(texts[name])
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

/** The lines of the help text about `options`. */
export function describeOptions(options: Options): string[] {
  const rows = Object.entries(options).map(([name, option]) => {
    const left = name === "_"
      ? option.value!
      : ["--" + name, option.value].filter(Boolean).join(" ");
    const shown = option.shown ??
      (Array.isArray(option.default)
        ? option.default.join(" ")
        : String(option.default));
    const isPlain = option.value === undefined || shown === "";
    return [left, option.help + (isPlain ? "" : ` (default: ${shown})`)];
  });
  rows.push(["--help", "show this"], [
    "--answer",
    "show the questions of the sheet with their answers",
  ]);
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

// parseArgs takes whatever begins with "-" for an option, also the value in
// `--port -1` and the operand -3. So the first is joined to `--port=-1`, to be
// judged as a port, and the second hidden behind a "=" that is taken off again.
const NEGATIVE = /^=(?=-\d)/;

function protectValues(valued: string[], args: string[]): string[] {
  const safe: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--") return [...safe, ...args.slice(i)];
    const isValued = args[i].startsWith("--") &&
      valued.includes(args[i].slice(2));
    if (isValued && args[i + 1]?.match(/^-[^-]/)) {
      safe.push(`${args[i]}=${args[++i]}`);
    } else safe.push(/^-\d/.test(args[i]) ? "=" + args[i] : args[i]);
  }
  return safe;
}

function last<T>(parse: (text: string) => T): (texts: string[]) => T {
  return (texts) => parse(texts.at(-1)!);
}

function needsValue(name: string, value: string): UsageError {
  return new UsageError(
    `--${name} needs a value: --${name} ${value}`,
    "--help shows what this program takes",
  );
}

function unknownOption(arg: string, names: string[]): UsageError {
  const nearest = closestString(arg.replace(/^-+|=.*/g, ""), [
    ...names,
    "help",
    "answer",
  ]);
  return new UsageError(
    `unknown option ${JSON.stringify(arg.replace(/=.*/, ""))}`,
    `did you mean --${nearest}? --help lists all`,
  );
}
