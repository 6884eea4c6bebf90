/**
 * The options and operands of a program, declared once as values: the parser and
 * the help text are derived from them. `lib/option_kinds.ts` makes the values.
 *
 * @module
 */

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

/**
 * The flags of every exercise. They are acted on before the options are parsed: the
 * parser knows them only to suggest them, and to refuse a value for one.
 */
export const EXERCISE_FLAGS: readonly string[] = ["help", "answer"];
/** The same of the tools over the exercises. */
export const TOOL_FLAGS: readonly string[] = ["help"];

/**
 * What the user gave, by the program's declaration. The parser is loaded only if
 * something was typed: a client or a pure program without arguments starts sooner.
 *
 * @throws {UsageError} if an option is unknown, lacks its value or has a wrong
 * one, or if there are too many operands
 * @throws {SyntaxError} if an operand that is the program's data is wrong
 */
export async function parseOptions<O extends Options>(
  options: O,
  args: string[],
  taken: readonly string[] = EXERCISE_FLAGS,
): Promise<Values<O>> {
  if (args.length > 0) {
    const { parseArguments } = await import("./arguments.ts");
    return parseArguments(options, args, taken);
  }
  const defaults = Object.entries(options)
    .map(([name, option]) => [name, option.default]);
  return Object.fromEntries(defaults);
}
