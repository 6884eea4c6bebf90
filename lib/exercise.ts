/**
 * What an exercise says about itself, and the runner of one script. The help
 * text, the flags, the lists and the README's table are derived from the entry.
 *
 * @module
 */

import { formatEndpoint, isLoopback } from "./endpoint.ts";
import { EXIT, explain } from "./explain.ts";
import { describeOptions, type Options, parseOptions } from "./options.ts";

/** A question of the lab sheet, with its answer. */
export interface Question {
  /** The question, as the sheet asks it. */
  question: string;
  /** A complete answer. */
  answer: string;
}

/** The entry of one exercise. */
export interface Exercise {
  /** The name of the file, without `.ts`. */
  id: string;
  /** The number on the lab sheet. */
  sheet: string;
  /** What it is, in a few words. */
  title: string;
  /** Which end of a conversation it is, if it is one. A server ends cleanly at Ctrl+C. */
  role?: "server" | "client";
  /** Its options and operands. */
  options?: Options;
  /** An example session, as the terminals show it. */
  example: string;
  /** The questions that go with it. */
  questions: Question[];
  /** What it needs with its defaults, and nothing more. */
  permissions: Deno.PermissionOptionsObject;
}

/**
 * The program of an exercise: takes the arguments, returns an exit code or
 * nothing for success. `stop` aborts when a server is asked to end.
 */
export type Main = (
  args: string[],
  stop: AbortSignal,
) => number | void | Promise<number | void>;

/** Where the clients of a classroom are: the private networks of RFC 1918. */
const PRIVATE_NETWORKS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/**
 * The permissions that an exercise needs with the given arguments: those that it
 * declares, moved to the hosts and ports that the user named.
 */
export function permissionsFor(
  exercise: Exercise,
  args: string[],
): Deno.PermissionOptionsObject {
  const { options = {}, role, permissions } = exercise;
  let values: Record<string, unknown>;
  try {
    values = parseOptions(options, args);
  } catch {
    return permissions; // The program itself will say what is wrong.
  }
  const declared = Array.isArray(permissions.net) ? permissions.net : [];
  let net = declared;
  const host = values.host as string | undefined;
  if (host !== undefined) {
    const outside = !isLoopback(host);
    net = declared.flatMap((entry) => {
      const [, port] = entry.split(":");
      // Without a port, a server's entry stands for the clients it answers.
      if (port === undefined && role === "server" && outside) {
        return [`${host}:${values.port}`, ...PRIVATE_NETWORKS];
      }
      if (port === undefined) return [host];
      // Port 0 is a client's own socket.
      if (port === "0") return [outside ? "0.0.0.0:0" : entry];
      return [formatEndpoint({ hostname: host, port: values.port as number })];
    });
  }
  for (const [name, option] of Object.entries(options)) {
    const needed = option.net?.(values[name]) ?? [];
    // Operands stand in the place of the default, a name server is one more.
    if (needed.length > 0) {
      net = name === "_" ? needed : [...net, ...needed];
    }
  }
  return {
    ...permissions,
    ...(net.length > 0 && { net: [...new Set(net)] }),
    ...(role === "server" && host !== undefined && !isLoopback(host) &&
      { sys: ["networkInterfaces"] }),
  };
}

/** The flags of `deno run` and `deno compile` that grant `permissions`. */
export function permissionFlags(
  permissions: Deno.PermissionOptionsObject,
): string[] {
  return Object.entries(permissions).map(([name, scope]) =>
    `--allow-${name}=${(scope as string[]).join(",")}`
  );
}

/** How to start an exercise: the binary's name, or the line for `deno run`. */
export function commandLine(
  id: string,
  permissions: Deno.PermissionOptionsObject,
): string {
  if (Deno.build.standalone) return Deno.execPath().replace(/.*[\\/]/, "");
  return ["deno run", ...permissionFlags(permissions), `exercises/${id}.ts`]
    .join(" ");
}

/** The text of `--help`. */
export function helpText(exercise: Exercise): string {
  const { id, sheet, title, options = {}, permissions } = exercise;
  const rest = [
    ...(Object.keys(options).some((name) => name !== "_") ? ["[options]"] : []),
    ...(options._ ? [options._.value] : []),
  ].join(" ");
  return [
    `${id}: ${title} (sheet ${sheet})`,
    "",
    `Usage: ${commandLine(id, permissions)} ${rest}`.trimEnd(),
    "",
    "Options:",
    ...describeOptions(options),
    "",
    "Example:",
    ...exercise.example.trim().split("\n").map((line) => `  ${line}`.trimEnd()),
  ].join("\n");
}

/** The text of `--answer`: every question with its answer. */
export function answerText({ questions }: Exercise): string {
  return questions.map(({ question, answer }) =>
    wrap(`Question: ${question}\n\n${answer}`)
  ).join("\n\n");
}

/** Paragraphs filled to 78 columns; lines that are indented stay as they are. */
export function wrap(text: string): string {
  return text.trim().split(/\n{2,}/).map((paragraph) =>
    /^ /m.test(paragraph)
      ? paragraph
      : paragraph.replace(/\s+/g, " ").replace(/(.{1,78})(?: |$)/g, "$1\n")
        .trimEnd()
  ).join("\n\n");
}

/**
 * Runs an exercise as a program: `--help` and `--answer`, the errors in words,
 * the exit code, and the signals. Never returns.
 */
export async function runExercise(
  exercise: Exercise,
  main: Main,
): Promise<never> {
  const args = Deno.args;
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  if (options.includes("--help") || options.includes("-h")) {
    console.log(helpText(exercise));
    Deno.exit(EXIT.OK);
  }
  if (options.includes("--answer")) {
    console.log(answerText(exercise));
    Deno.exit(EXIT.OK);
  }
  const stop = stopSignal(exercise.role === "server");
  try {
    // Exit, not return: a read from the terminal that still waits would hold us.
    Deno.exit(await main(args, stop) ?? EXIT.OK);
  } catch (error) {
    Deno.exit(reportError(exercise, error, args));
  }
}

/** Says on stderr what failed and what to do; returns the exit code for it. */
export function reportError(
  exercise: Exercise,
  error: unknown,
  args: string[] = [],
): number {
  const { message, hint, exitCode } = explain(error);
  console.error(`${exercise.id}: ${message}`);
  if (hint) console.error(`hint: ${hint}`);
  if (error instanceof Deno.errors.NotCapable) {
    const permissions = permissionsFor(exercise, args);
    console.error(
      Deno.build.standalone
        ? "hint: this binary may do no more than it was compiled for"
        : "hint: " + [commandLine(exercise.id, permissions), ...args.map(quote)]
          .join(" "),
    );
  }
  return exitCode;
}

function quote(arg: string): string {
  return /^[\w.,:/@%+=-]+$/.test(arg) ? arg : JSON.stringify(arg);
}

// A server is first asked to stop, so that replies on their way arrive; anything
// else, and a server at the second signal, ends at once as the shell expects.
function stopSignal(isServer: boolean): AbortSignal {
  const controller = new AbortController();
  // Windows has no SIGTERM that a program could catch; it has Ctrl+Break.
  const codes: [Deno.Signal, number][] = Deno.build.os === "windows"
    ? [["SIGINT", 130], ["SIGBREAK", 149]]
    : [["SIGINT", 130], ["SIGTERM", 143]];
  for (const [signal, code] of codes) {
    Deno.addSignalListener(signal, () => {
      if (!isServer || controller.signal.aborted) Deno.exit(code);
      controller.abort();
    });
  }
  return controller.signal;
}
