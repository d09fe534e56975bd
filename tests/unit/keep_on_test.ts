import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import process from "node:process";
import { keepOn } from "../../lib/cli/serve/failures.ts";

const boom = () => {
  throw new Error("boom");
};

const FAULTS: Record<string, () => void> = {
  "a timer": () => void setTimeout(boom),
  "a microtask": () => queueMicrotask(boom),
  "a promise that nobody awaits": () => void Promise.reject(new Error("boom")),
  "a turn of Node's": () => process.nextTick(boom),
  "who listens to a signal": () => {
    const controller = new AbortController();
    controller.signal.addEventListener("abort", boom);
    controller.abort();
  },
  "an emitter to which nobody listens": () =>
    void setTimeout(() => new EventEmitter().emit("error", new Error("boom"))),
};

for (const [name, bringAbout] of Object.entries(FAULTS)) {
  Deno.test(`keepOn: what is thrown by ${name} is told and ends nothing`, async () => {
    const told = Promise.withResolvers<[string, string | undefined]>();
    using _failures = keepOn((...failure) => told.resolve(failure));
    bringAbout();
    const [message, stack] = await told.promise;
    assert.equal(message, "Unforeseen failure: boom");
    assert.match(stack ?? "", /keep_on_test/);
  });
}
