/**
 * What our programs print has no escapes of its own where nobody wants colour: at
 * a pipe, and at a terminal with NO_COLOR.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { EXERCISES } from "../../exercises/lab.ts";
import { Child, commandOf, type Result, run } from "../child.ts";
import { has } from "../interop/peer.ts";
import {
  assertVisible,
  runAtTerminal,
  startAtTerminal,
  whole,
} from "./screen.ts";

const CHILDREN = { run: [Deno.execPath()], net: ["127.0.0.1"] };
const LAB = new URL("../../exercises/lab.ts", import.meta.url);

// What every program prints without any peer: its help, its answers, an error.
const OWN_OUTPUT = [["--help"], ["--answer"], ["--nonsense"]];

for (const { id } of EXERCISES) {
  Deno.test({
    name: `${id} prints no escapes where its output is no terminal`,
    permissions: CHILDREN,
  }, async () => {
    const results = await Promise.all(
      OWN_OUTPUT.map((args) => run(id, args, { env: { NO_COLOR: "" } })),
    );
    for (const result of results) {
      assert(whole(result).length > 0);
      assertVisible(whole(result));
    }
  });

  Deno.test({
    name: `${id} prints no escapes at a terminal with NO_COLOR`,
    ignore: !has("script"),
    permissions: { run: ["script"] },
  }, async () => {
    const { stdout } = await runAtTerminal(
      OWN_OUTPUT.map((args) => commandOf(id, args)),
    );
    assert(stdout.includes("unknown option"), stdout);
    assertVisible(stdout, "\r");
  });
}

/** The programs that end by themselves, without a network or a file. */
const ALONE = EXERCISES.filter(({ id, role, permissions }) =>
  role === undefined && !permissions.write && !permissions.net?.toString()
    .includes("www") &&
  id !== "questions"
).map(({ id }) => id);

Deno.test({
  name: `no escapes are printed by ${ALONE.join(", ")}`,
  permissions: CHILDREN,
}, async () => {
  await Promise.all(ALONE.map(async (id) => {
    const result = await run(id, [], { env: { NO_COLOR: "" } });
    assertEquals(result.code, 0, `${id}: ${result.stderr}`);
    assertVisible(whole(result));
  }));
});

type Place = "terminal" | "pipe";

/** Runs `lab demo`, which does use colour. */
async function demo(place: Place, noColor: string): Promise<Result> {
  const script = 'folder=$(mktemp -d) && "$0" run --quiet --no-prompt ' +
    '--allow-run="$0" --allow-net=127.0.0.1 --allow-write="$folder" "$1" demo ' +
    '"$folder"; code=$?; rm -r "$folder"; exit $code';
  const command = ["sh", "-c", script, Deno.execPath(), LAB.href];
  const options = { limitMs: 120_000, env: { NO_COLOR: noColor } };
  await using child = place === "pipe"
    ? new Child(command[0], command.slice(1), options)
    : startAtTerminal([command], options);
  await child.end();
  return await child.result;
}

const DEMOS: [place: Place, noColor: string, escapes: boolean][] = [
  ["pipe", "", false],
  ["terminal", "1", false],
  ["terminal", "", true],
];

Deno.test({
  name:
    "lab demo prints colours at a terminal without NO_COLOR, and nowhere else",
  ignore: !has("script"),
  permissions: { run: ["sh", "script"] },
}, async () => {
  await Promise.all(DEMOS.map(async ([place, noColor, escapes]) => {
    const { code, stdout, stderr } = await demo(place, noColor);
    assertEquals([code, stderr], [0, ""], stdout);
    assertMatch(stdout, /\d+ programs ran, 0 failed/);
    assertEquals(stdout.includes("\x1b"), escapes);
    if (!escapes) assertVisible(stdout, "\r");
  }));
});
