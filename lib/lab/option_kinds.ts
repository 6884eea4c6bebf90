/**
 * The kinds of options that only the tools take.
 *
 * @module
 */

import { type Endpoint, parseEndpoint } from "../endpoint.ts";
import type { Option } from "../options.ts";

/** One of some words. */
export function choiceOption<T extends string>(
  choices: readonly T[],
  preset: NoInfer<T>,
  help: string,
): Option<T> {
  return {
    value: "<name>",
    help: `${help}: ${choices.join(", ")}`,
    default: preset,
    parse: ([text]) => {
      const choice = choices.find((one) => one === text);
      if (choice) return choice;
      throw new SyntaxError(
        `${JSON.stringify(text)} is none of ${choices.join(", ")}`,
      );
    },
  };
}

/** A folder to write to. */
export function folderOption(preset: string, help: string): Option<string> {
  return { value: "<folder>", help, default: preset, parse: ([text]) => text };
}

/** A file to write. */
export function fileOption(help: string): Option<string | undefined> {
  return {
    value: "<file>",
    help,
    default: undefined,
    shown: "none",
    parse: ([text]) => text,
  };
}

/** The address and port of a server. */
export function endpointOption(help: string): Option<Endpoint | undefined> {
  return {
    value: "<host:port>",
    help,
    default: undefined,
    shown: "none",
    parse: ([text]) => parseEndpoint(text),
  };
}
