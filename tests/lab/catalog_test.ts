import { assert, assertEquals, assertThrows } from "@std/assert";
import { EXERCISES } from "../../exercises/lab.ts";
import { explain } from "../../lib/explain.ts";
import { UsageError } from "../../lib/fault.ts";
import { find, findOne, listText } from "../../lib/lab/catalog.ts";

const ids = (wanted: string) => find(EXERCISES, wanted).map(({ id }) => id);

Deno.test({
  name: "find() knows names, file names, sheet numbers and the sheet's names",
  permissions: "none",
}, () => {
  assertEquals(ids("echo_server"), ["echo_server"]);
  assertEquals(ids("echo_server.ts"), ["echo_server"]);
  assertEquals(ids("Echo-Server"), ["echo_server"]);
  assertEquals(ids("4.2.6"), ["echo_server", "echo_client"]);
  assertEquals(ids("socket_server"), ["message_server"]);
  assertEquals(ids("Note 2"), ["greeting_server", "greeting_client"]);
  assertEquals(ids("note2"), ids("note 2"));
  assertEquals(ids("4.2.2 (modify)"), ["modify_remote_machine_info"]);
  assertEquals(ids("5.1–5.4"), ["questions"]);
  assertEquals(ids("5.1-5.4"), ["questions"]);
  assertEquals(ids("5.3"), ["questions"]);
});

Deno.test({
  name: "find() suggests the nearest name",
  permissions: "none",
}, () => {
  for (
    const [wrong, right] of [
      ["echo_sever", "echo_server"],
      ["functoin", "function"],
      ["4.2.9", "4.2."],
      ["note 3", Deno.build.os === "windows" ? '"note 1"' : "'note 1'"],
    ]
  ) {
    const error = assertThrows(() => find(EXERCISES, wrong), UsageError, wrong);
    assert(explain(error).hint?.includes(`did you mean ${right}`));
  }
});

Deno.test({
  name: "findOne() names the choices where a number stands for several",
  permissions: "none",
}, () => {
  assertEquals(findOne(EXERCISES, "4.2.3").id, "ip4_address_conversion");
  assertThrows(
    () => findOne(EXERCISES, "4.2.6"),
    UsageError,
    "echo_server, echo_client",
  );
});

Deno.test({
  name:
    "listText() shows number, name, title and permission of each in 80 columns",
  permissions: "none",
}, () => {
  const text = listText(EXERCISES);
  for (const { id, sheet, title } of EXERCISES) {
    const line = text.split("\n").find((line) =>
      line.startsWith(sheet) && line.includes(` ${id} `)
    );
    assert(line?.includes(title), id);
  }
  const declared = text.match(/permitted: /g)?.length;
  assertEquals(declared, EXERCISES.length);
  for (const line of text.split("\n")) assert(line.length <= 80, line);
});
