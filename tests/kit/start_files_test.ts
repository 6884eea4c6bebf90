import { assert, assertEquals, assertMatch } from "@std/assert";
import { PLATFORMS, RELEASES } from "../../lib/kit/release.ts";
import { LAB_CMD, labSh, startText } from "../../lib/kit/start_files.ts";
import denoJson from "../../deno.json" with { type: "json" };

/** The command lines of a start file that run Deno, without their line breaks. */
function denoLines(text: string): string[] {
  return text.replaceAll("\\\n", " ").split(/\r?\n/).map((line) => line.trim())
    .filter((line) => / run --no-prompt /.test(line));
}

/** The options for Deno in a line, each path as what it stands for. */
function flags(line: string): string[] {
  return line.replaceAll(/\$deno|%HERE%deno\.exe|\$DENO/g, "<deno>")
    .replaceAll(/\$temp|%TEMP%|\$TMP/g, "<temp>")
    .replaceAll('"', "")
    .split(/\s+/)
    .filter((word) => word.startsWith("-") && word !== "--quiet")
    .sort();
}

Deno.test({
  name: "LAB_CMD and labSh() permit what the tasks of deno.json do",
  permissions: "none",
}, () => {
  const task = (name: "lab" | "demo") =>
    flags(denoJson.tasks[name].command.replace(/.* && /, ""));
  for (const text of [LAB_CMD, labSh("linux-x64")]) {
    const lines = denoLines(text);
    assertEquals(lines.length, 2);
    const demo = lines.find((line) => / demo "/.test(line))!;
    const other = lines.find((line) => !/ demo "/.test(line))!;
    assertEquals(flags(demo), task("demo"));
    assertEquals(flags(other), task("lab"));
    for (const line of lines) assertMatch(line, / --quiet /);
    assert(!/ -A\b|--allow-all/.test(text));
  }
});

Deno.test({
  name: "LAB_CMD ends each line as Windows does, and is plain ASCII",
  permissions: "none",
}, () => {
  assert(!LAB_CMD.replaceAll("\r\n", "").includes("\n"));
  assertMatch(LAB_CMD, /^@echo off\r\n/);
  assertMatch(LAB_CMD, /^[\r\n\x20-\x7e]+$/);
  assert(!labSh("linux-x64").includes("\r"));
});

Deno.test({
  name: "LAB_CMD quotes every path, and passes arguments and exit code on",
  permissions: "none",
}, () => {
  const lines = denoLines(LAB_CMD);
  for (const line of lines) {
    // Quotation marks come in pairs, and no path stands outside of one.
    const outside = line.split('"').filter((_, index) => index % 2 === 0);
    assert(!/%(HERE|TEMP)%/.test(outside.join(" ")), line);
    const rest = LAB_CMD.slice(LAB_CMD.indexOf(line) + line.length);
    assertMatch(rest, /^\r\nexit \/b %ERRORLEVEL%\r\n/);
  }
  assertMatch(lines[0], / %\*$/);
  assertMatch(LAB_CMD, /\r\nchcp 65001 >nul\r\n/);
  // All that it jumps to is there.
  for (const [, label] of LAB_CMD.matchAll(/goto (\w+)/g)) {
    assertMatch(LAB_CMD, new RegExp(`\r\n:${label}\r\n`));
  }
});

Deno.test({
  name: "startText() fits a page, and names what to type on either system",
  permissions: "none",
}, () => {
  for (const platform of PLATFORMS) {
    const text = startText(platform, RELEASES[platform]);
    const lines = text.split(platform === "windows-x64" ? "\r\n" : "\n");
    assert(lines.length <= 60, `${lines.length} lines`);
    for (const line of lines) {
      assert(line.length <= 80, line);
      assertMatch(line, /^[\x20-\x7e]*$/);
    }
    for (
      const wanted of [
        platform,
        `Deno ${RELEASES[platform].version}`,
        "lab run function_2 5 5          ./lab.sh run function_2 5 5",
        "lab demo                        ./lab.sh demo",
        "lab run echo_server",
        "lab run echo_client",
        "lab run echo_server --host 0.0.0.0",
        "lab explain 5.1",
        "SmartScreen",
        "Gatekeeper",
        "SHA256SUMS",
        "README.md",
      ]
    ) assert(text.includes(wanted), wanted);
  }
});
