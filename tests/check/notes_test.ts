import { assertEquals } from "@std/assert";
import { has } from "../interop/peer.ts";
import { judged, python } from "./judged.ts";

/** The client of note 1, which reads once. */
const CLIENT = `
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as conn:
    conn.sendall(b"Hello, world")
    data = conn.recv(1024)
print("Received", repr(data))
`;

Deno.test({
  name: "check says of the note's client that it reads once",
  ignore: !has("python3"),
}, async () => {
  const aim = python(CLIENT, "{host}", "{port}");
  const [hears, pieces] = await judged("welcome_client", aim);
  assertEquals(
    [hears.outcome, pieces.outcome, pieces.likely],
    [
      "passed",
      "failed",
      "it reads once, and takes what comes for the whole answer",
    ],
  );
});
