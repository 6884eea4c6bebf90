import { assertEquals } from "@std/assert";
import { portsForPrograms } from "../../lib/check/ports.ts";

Deno.test({
  name: "portsForPrograms() gives ports of this process, one after another",
  permissions: { net: ["127.0.0.1"] },
}, () => {
  const own = portsForPrograms();
  const ports = Array.from({ length: 20 }, () => own.next().value);
  assertEquals(new Set(ports).size, 20);
  for (const port of ports) {
    // 31 processes have 400 ports each.
    assertEquals(Math.floor((port - 20_000) / 400), Deno.pid % 31);
  }
});
