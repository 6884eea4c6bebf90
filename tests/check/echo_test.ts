import { assertRejects } from "@std/assert";
import { Socket } from "node:net";
import { breakOff } from "../../lib/check/echo.ts";
import { NotApplicable } from "../../lib/check/rule.ts";
import { Server } from "../../lib/check/server.ts";
import { readChunks } from "../../lib/stream.ts";
import { serveTcp } from "../../lib/tcp.ts";

Deno.test({
  name: "breakOff() says that it cannot, where Deno sends no reset",
  permissions: { net: ["127.0.0.1"] },
}, async () => {
  await using server = serveTcp(
    { hostname: "127.0.0.1", port: 0, onError: () => {} },
    async (conn) => {
      for await (const _ of readChunks(conn));
    },
  );
  await using target = new Server({ target: server.addr });
  await breakOff(target);
  const { resetAndDestroy } = Socket.prototype;
  Socket.prototype.resetAndDestroy = function () {
    return this; // as Deno until 2.6: neither a reset nor a close comes of it
  };
  try {
    await assertRejects(() => breakOff(target), NotApplicable, "no reset");
  } finally {
    Socket.prototype.resetAndDestroy = resetAndDestroy;
  }
});
