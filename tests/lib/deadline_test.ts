import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  isTimeout,
  SilenceLimit,
  timeoutError,
  unlessAborted,
  Watch,
  within,
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
  name: "within() ends the wait in time, and hands on what comes late",
  permissions: "none",
}, async () => {
  assertEquals(await within(undefined, () => Promise.resolve(1)), 1);
  assertEquals(await within(10_000, () => Promise.resolve(2)), 2);
  await assertRejects(
    () => within(10_000, () => Promise.reject(new TypeError("no"))),
    TypeError,
  );
  const slow = Promise.withResolvers<string>();
  const late = Promise.withResolvers<string>();
  const error = await assertRejects(
    () => within(20, () => slow.promise, late.resolve),
    DOMException,
    "no answer within 0.02 s",
  );
  assert(isTimeout(error));
  slow.resolve("late");
  assertEquals(await late.promise, "late");
});

Deno.test({
  name: "SilenceLimit closes its target after the silence, and not before",
  permissions: "none",
}, async () => {
  const closed = Promise.withResolvers<void>();
  const start = performance.now();
  using limit = new SilenceLimit({ close: closed.resolve }, new Watch());
  limit.set(60, "nothing came");
  await new Promise((resolve) => setTimeout(resolve, 40));
  limit.set(60, "no line came");
  await closed.promise;
  assertEquals(limit.error?.message, "no line came for 0.06 s");
  assertEquals(limit.error?.name, "TimeoutError");
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
  const watch = new Watch();
  using unlimited = new SilenceLimit(target, watch);
  unlimited.set(Infinity, "nothing came");
  using limited = new SilenceLimit(target, watch);
  limited.set(1, "nothing came");
  assert(!unlimited.error && !limited.error);
});

Deno.test({
  name: "Watch closes whichever target is silent for its own time",
  permissions: "none",
}, async () => {
  const watch = new Watch();
  const closed: string[] = [];
  const limit = (name: string, ms: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const close = () => {
      closed.push(name);
      resolve();
    };
    const limit = new SilenceLimit({ close }, watch);
    limit.set(ms, name);
    return { limit, promise };
  };
  const late = limit("late", 120);
  const early = limit("early", 40);
  const never = limit("never", Infinity);
  const disposed = limit("disposed", 20);
  disposed.limit[Symbol.dispose]();
  await Promise.all([late.promise, early.promise]);
  assertEquals(closed, ["early", "late"]);
  assert(!never.limit.error && !disposed.limit.error);
});
