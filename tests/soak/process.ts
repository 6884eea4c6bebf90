/**
 * What the system says about another process: its descriptors and its memory.
 * Deno does not let a program read `/proc`, so a shell does.
 *
 * @module
 */

/** How often a process is looked at, in ms. */
const SAMPLE_MS = 1000;
/** Prints the number of descriptors, and the resident memory in KiB. */
const LOOK = `
pid=$1
set -- /proc/$pid/fd/*
[ -L "$1" ] || exit 1
echo $#
while read -r name value _; do
  if [ "$name" = VmRSS: ]; then echo "$value"; fi
done < /proc/$pid/status`;

/** A look at a process. */
export interface Sample {
  /** How many descriptors it has open. */
  descriptors: number;
  /** Its resident memory, in bytes. */
  resident: number;
}

/** Looks at a process; `undefined` without `/proc`, or if it has ended. */
export async function look(pid: number): Promise<Sample | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("sh", {
      args: ["-c", LOOK, "look", String(pid)],
      stderr: "null",
    }).output();
    const [descriptors, kibibytes] = new TextDecoder().decode(stdout)
      .split("\n").map(Number);
    if (!success || !kibibytes) return undefined;
    return { descriptors, resident: kibibytes * 1024 };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined; // no shell
    throw error;
  }
}

/** Looks at a process each second until it is stopped. */
export class Sampler implements AsyncDisposable {
  /** What was seen so far. */
  readonly samples: Sample[] = [];
  #stopping = Promise.withResolvers<void>();
  #finished: Promise<void>;

  /** Starts with the first look. */
  constructor(pid: number) {
    this.#finished = this.#run(pid);
  }

  /** Ends it, with one more look. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.resolve();
    await this.#finished;
  }

  async #run(pid: number): Promise<void> {
    let isStopped = false;
    this.#stopping.promise.then(() => isStopped = true);
    while (true) {
      const sample = await look(pid);
      if (sample) this.samples.push(sample);
      if (isStopped) return;
      await pause(SAMPLE_MS, this.#stopping.promise);
    }
  }
}

/** Waits for so long, or until `sooner` settles. */
export async function pause(
  ms: number,
  sooner?: Promise<unknown>,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  sooner?.then(() => resolve());
  await promise;
  clearTimeout(timer);
}
