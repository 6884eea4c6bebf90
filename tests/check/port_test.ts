import { assertEquals, assertNotEquals } from "@std/assert";
import { portForProgram } from "../../lib/check/port.ts";

Deno.test({
  name: "portForProgram() gives ports of this process that nobody uses",
  permissions: { net: ["127.0.0.1"] },
}, () => {
  const port = portForProgram();
  // 31 processes have 400 ports each.
  assertEquals(Math.floor((port - 20_000) / 400), Deno.pid % 31);
  using _ = Deno.listen({ hostname: "127.0.0.1", port });
  assertNotEquals(portForProgram(), port);
});
