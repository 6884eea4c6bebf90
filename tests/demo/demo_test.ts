import { assert, assertEquals } from "@std/assert";
import { Child } from "../child.ts";
import { temporaryFolder } from "../folder.ts";
import { has } from "../interop/peer.ts";
import { processes } from "../processes.ts";

const LAB = new URL("../../exercises/lab.ts", import.meta.url).href;

const ENDS = [["SIGINT", 130], ["SIGTERM", 143], ["SIGTSTP", 148]] as const;

for (const [signal, exitCode] of ENDS) {
  Deno.test({
    name:
      `lab demo ends at ${signal} with ${exitCode}, and leaves no folder and no process`,
    ignore: Deno.build.os === "windows",
  }, async () => {
    await using here = await temporaryFolder();
    await using demo = new Child(Deno.execPath(), [
      ...["run", "--quiet", "--no-prompt", `--allow-run=${Deno.execPath()}`],
      ...["--allow-net=127.0.0.1", `--allow-write=${here.path}`, LAB],
      ...["demo", here.path],
    ]);
    await demo.line(/server │ Starting up echo server/);
    const children = (await processes())
      .filter(({ parent }) => parent === demo.pid).map(({ pid }) => pid);
    assert(children.length > 0);
    demo.kill(signal);
    const { code, stdout, stderr } = await demo.result;
    assertEquals([code, stderr], [exitCode, ""], stdout);
    const left = (await processes()).map(({ pid }) => pid);
    assertEquals(children.filter((pid) => left.includes(pid)), []);
    assertEquals(await Array.fromAsync(Deno.readDir(here.path)), []);
  });
}

// Runs a command at a terminal, and closes the window when that shows the words.
const WINDOW = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown = b""
while sys.argv[1].encode() not in shown:
    shown += os.read(terminal, 4096)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

Deno.test({
  name: "lab demo ends when its terminal is closed, and leaves no folder",
  ignore: !has("python3"),
}, async () => {
  await using here = await temporaryFolder();
  const demo = [
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt"],
    ...[`--allow-run=${Deno.execPath()}`, "--allow-net=127.0.0.1"],
    ...[`--allow-write=${here.path}`, LAB, "demo", here.path],
  ];
  const words = "Starting up echo server";
  await using terminal = new Child("python3", ["-c", WINDOW, words, ...demo]);
  assertEquals((await terminal.result).stdout, "129\n");
  assertEquals(await Array.fromAsync(Deno.readDir(here.path)), []);
});
