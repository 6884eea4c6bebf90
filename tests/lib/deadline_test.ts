import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  SilenceLimit,
  timeoutError,
  unlessAborted,
  Watch,
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
  limit.set(60);
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
  unlimited.set(Infinity);
  using limited = new SilenceLimit(target, 1);
  assert(!unlimited.expired && !limited.expired);
});

Deno.test({
  name: "Watch closes whichever target is silent for its own time",
  permissions: "none",
}, async () => {
  using watch = new Watch();
  const closed: string[] = [];
  const limit = (name: string, ms: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const close = () => {
      closed.push(name);
      resolve();
    };
    return { limit: new SilenceLimit({ close }, ms, watch), promise };
  };
  const late = limit("late", 120);
  const early = limit("early", 40);
  const never = limit("never", Infinity);
  const disposed = limit("disposed", 20);
  disposed.limit[Symbol.dispose]();
  await Promise.all([late.promise, early.promise]);
  assertEquals(closed, ["early", "late"]);
  assert(!never.limit.expired && !disposed.limit.expired);
});

Deno.test({
  name: "shorten() ends limits early, those that are set later too",
  permissions: "none",
}, async () => {
  using watch = new Watch();
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  using _endless = new SilenceLimit({ close: first.resolve }, Infinity, watch);
  watch.shorten(50);
  assert(!watch.isOver);
  using _later = new SilenceLimit({ close: second.resolve }, 60_000, watch);
  await Promise.all([first.promise, second.promise]);
  assert(watch.isOver);
});
