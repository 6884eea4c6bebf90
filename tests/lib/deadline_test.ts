import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  SilenceLimit,
  timeoutError,
  unlessAborted,
} from "../../lib/deadline.ts";

Deno.test({
  name: "unlessAborted() settles as its promise does",
  permissions: "none",
}, async () => {
  const { signal } = new AbortController();
  assertEquals(await unlessAborted(Promise.resolve(1), signal), 1);
  assertEquals(await unlessAborted(Promise.resolve(2), undefined), 2);
  await assertRejects(
    () => unlessAborted(Promise.reject(new TypeError("no")), signal),
    TypeError,
  );
});

Deno.test({
  name:
    "unlessAborted() rejects with the signal's reason, and hands on what comes late",
  permissions: "none",
}, async () => {
  const controller = new AbortController();
  const slow = Promise.withResolvers<string>();
  const late = Promise.withResolvers<string>();
  const waiting = unlessAborted(
    slow.promise,
    controller.signal,
    late.resolve,
  );
  controller.abort(timeoutError("too slow"));
  const error = await assertRejects(() => waiting, DOMException, "too slow");
  assertEquals(error.name, "TimeoutError");
  slow.resolve("late");
  assertEquals(await late.promise, "late");
  await assertRejects(
    () => unlessAborted(Promise.resolve(), controller.signal),
    DOMException,
  );
});

Deno.test({
  name: "SilenceLimit closes its target after the silence, and not before",
  permissions: "none",
}, async () => {
  const closed = Promise.withResolvers<void>();
  const start = performance.now();
  using limit = new SilenceLimit({ close: closed.resolve }, 60);
  await new Promise((resolve) => setTimeout(resolve, 40));
  limit.touch();
  await closed.promise;
  assert(limit.expired);
  assert(performance.now() - start >= 95, "the touch began the silence anew");
});

Deno.test({
  name: "SilenceLimit without a limit, or disposed of, sets no timer",
  permissions: "none",
}, () => {
  const target = {
    close() {
      throw new Error("closed");
    },
  };
  using unlimited = new SilenceLimit(target, undefined);
  unlimited.touch();
  using limited = new SilenceLimit(target, 1);
  assert(!unlimited.expired && !limited.expired);
});
