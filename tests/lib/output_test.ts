import { assertEquals } from "@std/assert";
import { isOutputFault } from "../../lib/output.ts";
import { reportPeer } from "../../lib/report.ts";
import { exercise } from "../../exercises/echo_server.ts";

Deno.test({
  name: "isOutputFault() takes no failure of a peer for one of the output",
  permissions: "none",
}, () => {
  // As a handler meets it that reads or writes without the lab's functions.
  const reset = new Deno.errors.ConnectionReset(
    "Connection reset by peer (os error 104)",
  );
  assertEquals(isOutputFault(reset), false);
  const said: string[] = [];
  const { error } = console;
  console.error = (line: string) => said.push(line);
  try {
    const peer: Deno.NetAddr = {
      transport: "tcp",
      hostname: "127.0.0.1",
      port: 50_000,
    };
    reportPeer(exercise, reset, peer);
  } finally {
    console.error = error;
  }
  assertEquals(said, [
    "echo_server: 127.0.0.1:50000 reset the connection",
  ]);
});
