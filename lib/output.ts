/**
 * Lines of results on the standard output.
 *
 * @module
 */

const encoder = new TextEncoder();

/**
 * Prints a line. A program that may run on for long prints by this:
 * `console.log()` says nothing if whoever read the output has left.
 *
 * @throws {Deno.errors.BrokenPipe} if nobody reads it any more, as behind `| head -1`
 */
export function print(line: string): void {
  // A console of Windows has an encoding of its own, which console.log() knows.
  if (Deno.stdout.isTerminal()) return console.log(line);
  const bytes = encoder.encode(line + "\n");
  for (let sent = 0; sent < bytes.length;) {
    sent += Deno.stdout.writeSync(bytes.subarray(sent));
  }
}
