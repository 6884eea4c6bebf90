import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  isTimeout,
  timeoutError,
  unlessAborted,
  Watch,
  type Watched,
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
  name: "Watch looks when the next limit ends, and sets no alarm without one",
  permissions: "none",
}, async () => {
  const ended: string[] = [];
  const late = Promise.withResolvers<void>();
  class Limited implements Watched {
    end = Infinity;
    constructor(readonly name: string) {}
    look(now: number): number {
      if (this.end > now) return this.end;
      ended.push(this.name);
      if (this.name === "late") late.resolve();
      return this.end = Infinity;
    }
  }
  const all = ["late", "early", "never"].map((name) => new Limited(name));
  const watch = new Watch(all);
  all[0].end = watch.endAfter(400);
  all[1].end = watch.endAfter(40);
  all[2].end = watch.endAfter(Infinity);
  await late.promise;
  assertEquals(ended, ["early", "late"]);
});

Deno.test({
  name: "Watch with slack reads its clock seldom, and ends no limit early",
  permissions: "none",
}, async () => {
  const seldom = new Watch([], 10_000);
  const end = seldom.endAfter(1000);
  const begin = performance.now();
  while (performance.now() < begin + 5);
  assert(end >= performance.now() + 1000, "the limit is too short later on");
  assertEquals(seldom.endAfter(1000), end, "the clock was read again");

  const often = new Watch([], 20);
  often.endAfter(1000);
  const isOld = Promise.withResolvers<void>();
  AbortSignal.timeout(21).addEventListener("abort", () => isOld.resolve());
  await isOld.promise;
  const now = performance.now();
  assert(
    often.endAfter(1000) >= now + 1000 + 20,
    "the clock was not read again",
  );
});
