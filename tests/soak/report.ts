/**
 * The table at the end: each line a name, a value, and where there is one the
 * bar that it has to reach.
 *
 * @module
 */

/** One line of the table. */
export interface Line {
  name: string;
  value: string;
  /** What it has to be. */
  bar?: string;
  /** Whether it is so; a line without a bar says neither. */
  isOk?: boolean;
}

/** A line without a bar. */
export function told(name: string, value: string): Line {
  return { name, value };
}

/** A line about a count that has to be just `wanted`. */
export function counted(name: string, count: number, wanted: number): Line {
  return {
    name,
    value: grouped(count),
    bar: grouped(wanted),
    isOk: count === wanted,
  };
}

/** A line about a number that may be at most `most`. */
export function limited(
  name: string,
  value: number,
  most: number,
  format: (value: number) => string,
): Line {
  return {
    name,
    value: format(value),
    bar: `<= ${format(most)}`,
    isOk: value <= most,
  };
}

/** The table. */
export function table(lines: Line[]): string {
  const width = (pick: (line: Line) => string) =>
    Math.max(...lines.map((line) => pick(line).length));
  const names = width(({ name }) => name);
  const values = width(({ value }) => value);
  const bars = width(({ bar }) => bar ?? "");
  return lines.map(({ name, value, bar = "", isOk }) =>
    [
      name.padEnd(names),
      value.padStart(values),
      bar.padStart(bars),
      isOk === undefined ? "" : isOk ? "ok" : "FAILED",
    ].join("  ").trimEnd()
  ).join("\n");
}

/** A whole number, its thousands apart. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** So many bytes, in MB of 2^20. */
export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MB`;
}
