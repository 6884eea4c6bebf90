/**
 * Exercises as single binaries, by `deno compile`: each may do what its script
 * declares and nothing more, and never asks.
 *
 * @module
 */

import { format as formatBytes } from "@std/fmt/bytes";
import { readSums, sha256, SUMS, sumsText } from "../checksum.ts";
import { type Exercise, permissionFlags } from "../exercise.ts";
import type { Fault } from "../fault.ts";
import { exists, place, workFolder } from "../folder.ts";
import { classroomPermissions } from "./classroom.ts";

/** The targets of `deno compile` (Deno 2.9), by their triples. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-pc-windows-msvc",
  "aarch64-pc-windows-msvc",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
] as const;

/** What to compile, and where to. */
export interface CompileOptions {
  /** One of {@linkcode TARGETS}. */
  target: string;
  /** The folder for the binaries; it is made if need be. */
  out: string;
  /** Whether servers and clients may talk to other PCs. */
  isClassroom: boolean;
  /** Where the scripts are. */
  folder: URL;
  /** Aborts the work; what is half done is removed. */
  signal?: AbortSignal;
  /** Prints a line. */
  print: (line: string) => void;
}

/**
 * Compiles exercises one after another. Each binary is put in its place when it
 * is whole, with its line in `SHA256SUMS`.
 *
 * @throws {Deno.errors.AlreadyExists} if a file is in the way that was not made here
 * @throws {Deno.errors.NotSupported} if Deno cannot make a binary, such as where
 * the runtime to embed cannot be downloaded
 */
export async function compileAll(
  exercises: readonly Exercise[],
  options: CompileOptions,
): Promise<void> {
  const { target, out, print, signal } = options;
  await using partial = await workFolder(out);
  const sums = await readSums(out);
  const suffix = target.includes("windows") ? ".exe" : "";
  for (const { id } of exercises) await refuseForeign(out, id + suffix, sums);

  let total = 0;
  for (const [index, exercise] of exercises.entries()) {
    signal?.throwIfAborted();
    const name = exercise.id + suffix;
    const binary = `${partial.path}/${name}`;
    await compileOne(exercise, binary, options);
    const { size } = await Deno.stat(binary);
    // The sum first: what it does not name would be in the way of the next run.
    sums.set(name, await sha256(binary));
    await Deno.writeTextFile(`${partial.path}/${SUMS}`, sumsText(sums));
    await place(`${partial.path}/${SUMS}`, `${out}/${SUMS}`);
    await place(binary, `${out}/${name}`);
    total += size;
    const count = `[${index + 1}/${exercises.length}]`;
    print(`${count} ${out}/${name}  ${formatBytes(size)}`);
  }
  print(`${exercises.length} binaries, ${formatBytes(total)}, ${out}/${SUMS}`);
}

/** The arguments of `deno` that make one binary. */
export function compileArguments(
  exercise: Exercise,
  output: string,
  { target, isClassroom, folder }: CompileOptions,
): string[] {
  return [
    "compile",
    "--quiet",
    "--no-check", // the tests check the types; not again for each binary
    "--no-prompt",
    "--deny-import", // a script may import from some hosts unless told otherwise
    ...permissionFlags(
      isClassroom ? classroomPermissions(exercise) : exercise.permissions,
    ),
    "--target",
    target,
    "--output",
    output,
    new URL(`${exercise.id}.ts`, folder).href,
  ];
}

async function compileOne(
  exercise: Exercise,
  output: string,
  options: CompileOptions,
): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: compileArguments(exercise, output, options),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    signal: options.signal,
  }).output();
  options.signal?.throwIfAborted();
  if (code === 0) return;
  throw compileFault(
    new TextDecoder().decode(stderr).trim(),
    exercise.id,
    options.target,
  );
}

// Deno names the step that failed first, and its causes further down.
function compileFault(stderr: string, id: string, target: string): Fault {
  const [step] = stderr.replace(/^error: /, "").split("\n");
  const [, list] = /\nCaused by:\n((?: {4}.+\n?)+)/.exec(stderr) ?? [];
  const causes = (list ?? "").trim().split("\n")
    .map((line) => line.trim().replace(/^\d+: /, ""));
  const missing = causes.find((cause) => /denort/i.test(cause));
  const innermost = causes.at(-1);
  const fault: Fault = new Deno.errors.NotSupported(
    missing
      ? `there is no runtime for ${target}: ${missing}`
      : `deno compile cannot make ${id}: ${innermost || step}`,
  );
  if (missing) {
    fault.hint =
      "run this once where dl.deno.land answers, and Deno keeps it; " +
      "or set DENORT_BIN to a denort file of that platform and Deno version";
  } else if (!/ \(os error \d+\)$/.test(innermost!)) {
    // Other than a full disk, it is mostly this; whether it is set is not for us to read.
    fault.hint = "if DENORT_BIN is set, it has to name a denort file of " +
      `${target} and Deno ${Deno.version.deno}`;
  }
  return fault;
}

async function refuseForeign(
  out: string,
  name: string,
  sums: Map<string, string>,
): Promise<void> {
  // What was made here before is made anew.
  if (sums.has(name) || !await exists(`${out}/${name}`)) return;
  throw new Deno.errors.AlreadyExists(
    `there is already a ${out}/${name}, which ${SUMS} does not know: ` +
      "nothing is overwritten",
  );
}
