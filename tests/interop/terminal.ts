/**
 * Our programs at a real terminal: python3's `pty` module opens it, a person's
 * keys go in, and what the person would see comes out.
 *
 * @module
 */

import { type Child } from "../child.ts";
import { python, startPeer } from "./peer.ts";

// One line for each change of the screen: its rows, joined by "|".
const TERMINAL = `
import fcntl, pty, re, select, termios

pid, terminal = pty.fork()
if pid == 0:
    size = struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0)
    fcntl.ioctl(0, termios.TIOCSWINSZ, size)
    os.execvp(sys.argv[2], sys.argv[2:])

def rows(output):
    rows, column = [[]], 0
    for part in re.findall(r"\\x1b\\[K|.", output, re.DOTALL):
        row = rows[-1]
        if part == "\\n":
            rows.append([])
        elif part == "\\r":
            column = 0
        elif part == "\\b":
            column = max(0, column - 1)
        elif part == "\\x1b[K":
            del row[column:]
        else:
            row += " " * (column - len(row))
            row[column:column + 1] = part
            column += 1
    return ["".join(row).rstrip() for row in rows]

output = b""
while True:
    ready, _, _ = select.select([0, terminal], [], [])
    if 0 in ready:
        os.write(terminal, os.read(0, 1024))
    if terminal in ready:
        try:
            shown = os.read(terminal, 1024)
        except OSError:  # Linux says EIO when the program has ended.
            shown = b""
        if not shown:
            break
        output += shown
        print("|".join(rows(output.decode(errors="ignore"))), flush=True)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** What a terminal is like. */
export interface TerminalOptions {
  /** Whether programs may colour what they print. */
  color?: boolean;
  /** How wide it is; 0 if it does not know. */
  columns?: number;
}

/** What a program at a terminal leaves behind. */
export interface Ending {
  code: number;
  /** The rows of the screen, without blanks at their ends. */
  screen: string[];
}

/** One of our programs at a terminal; it is ended when it goes out of scope. */
export class Terminal implements AsyncDisposable {
  /** What it leaves behind, once it has ended. */
  readonly ending: Promise<Ending>;
  #child: Child;

  /** Starts a command, such as `commandOf()` has it for an exercise. */
  constructor(
    command: string[],
    { color = true, columns = 80 }: TerminalOptions = {},
  ) {
    this.#child = startPeer(python(TERMINAL, columns, ...command), {
      env: color ? { NO_COLOR: "" } : {},
    });
    this.ending = this.#child.result.then(({ code, stdout, stderr }) => {
      if (stderr) throw new Error(stderr);
      return { code, screen: stdout.trimEnd().split("\n").at(-1)!.split("|") };
    });
  }

  /** Types keys: Enter is `\r`, Ctrl+C is `\x03`, Ctrl+D is `\x04`. */
  async type(keys: string): Promise<void> {
    await this.#child.write(keys);
  }

  /** Waits until the screen, its rows joined by `|`, matches. */
  async see(pattern: RegExp): Promise<string> {
    return await this.#child.line(pattern);
  }

  /** Closes the terminal: what still runs at it is hung up. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }
}
