import { assertEquals, assertRejects } from "@std/assert";
import { main as functionMain } from "../../exercises/function.ts";
import { main as function2Main, printMax } from "../../exercises/function_2.ts";
import {
  changeGlobal,
  main as functionGlobalMain,
} from "../../exercises/function_global.ts";
import { main as functionLocalMain } from "../../exercises/function_local.ts";
import { main as moduleDemoMain } from "../../exercises/module_demo.ts";
import { main as moduleDemo2Main } from "../../exercises/module_demo_2.ts";
import { main as mymoduleMain } from "../../exercises/mymodule.ts";
import { main as questionsMain } from "../../exercises/questions.ts";
import { UsageError } from "../../lib/fault.ts";
import { printed } from "../console.ts";

const OUTPUT: [(args: string[]) => void, string[], string[]][] = [
  [functionMain, [], ["hello world"]],
  [function2Main, [], ["4 is maximum", "7 is maximum"]],
  [function2Main, ["5", "5"], ["5 is equal to 5"]],
  [function2Main, ["-3", "-4"], ["-3 is maximum"]],
  [functionLocalMain, [], [
    "x is 50",
    "changed Local x to 2",
    "x is still 50",
  ]],
  [functionGlobalMain, [], [
    "x is 50",
    "changed Global x to 2",
    "Value of x is 2",
  ]],
  ...[mymoduleMain, moduleDemoMain, moduleDemo2Main].map((main): [
    typeof main,
    string[],
    string[],
  ] => [main, [], ["Hi, this is mymodule speaking.", "Version 0.1"]]),
];

for (const [main, args, lines] of OUTPUT) {
  Deno.test({
    name: `main(${JSON.stringify(args)}) prints "${lines[0]}" and what follows`,
    permissions: "none",
  }, async () => {
    assertEquals(await printed(() => main(args)), { out: lines, err: [] });
  });
}

Deno.test({
  name: "printMax() names the larger of two, or says that they are equal",
  permissions: "none",
}, () => {
  assertEquals(printMax(3, 4), "4 is maximum");
  assertEquals(printMax(4, 3), "4 is maximum");
  assertEquals(printMax(0, 0), "0 is equal to 0");
});

Deno.test({
  name: "function_2 refuses one number, three, and what is no number",
  permissions: "none",
}, async () => {
  await assertRejects(
    () => function2Main(["1"]),
    UsageError,
    "give two, or none",
  );
  await assertRejects(() => function2Main(["1", "2", "3"]), UsageError, '"3"');
  for (const text of ["x", "1.5", "0x1", "", "99999999999999999"]) {
    await assertRejects(
      () => function2Main(["1", text]),
      SyntaxError,
      "whole number",
    );
  }
});

Deno.test({
  name: "changeGlobal() has rebound the module's x for whoever reads it later",
  permissions: "none",
}, () => {
  assertEquals(changeGlobal()[0], "x is 2");
});

Deno.test({
  name: "questions shows all questions, or those that are named",
  permissions: "none",
}, async () => {
  const all = (await printed(() => questionsMain([]))).out.join("\n");
  for (const number of ["5.1", "5.2", "5.3", "5.4"]) {
    assertEquals(all.includes(`Question: ${number} `), true);
  }
  const one = (await printed(() => questionsMain(["5.2"]))).out.join("\n");
  assertEquals(one.match(/Question: \S+/g), ["Question: 5.2"]);
  await assertRejects(
    () => questionsMain(["5.9"]),
    SyntaxError,
    "5.1, 5.2, 5.3, 5.4",
  );
});
