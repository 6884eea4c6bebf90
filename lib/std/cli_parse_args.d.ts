/** The part of `ParseOptions` that this project uses. */
export interface ParseOptions {
  /** Options that take no value. */
  boolean?: readonly string[];
  /** Options that take a value, kept as text; `_` keeps the operands as text. */
  string?: readonly string[];
  /** Options that may be given several times: their values are lists. */
  collect?: readonly string[];
  /** Called for each unknown option and each operand; `false` leaves it out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Options by name, and the operands as `_`. */
export interface Args {
  /** An option, by its name. */
  [name: string]: unknown;
  /** The operands. */
  _: Array<string | number>;
}

/** Parses command line arguments. */
export function parseArgs(args: string[], options?: ParseOptions): Args;
