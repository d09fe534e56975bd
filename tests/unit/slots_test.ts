import assert from "node:assert/strict";
import fc from "fast-check";
import { type Entry, Slots } from "../../lib/upstream/slots.ts";

const LIMITS = { places: 3, perCaller: 2, waiting: 2 };
const open = new AbortController().signal;

/** One that has asked for a place. */
interface Asking {
  readonly caller: string;
  readonly lane: string;
  readonly give: AbortController;
  leave?: () => void;
  done: boolean;
}

/** Lets everything that is settled be noticed. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** Asks for a place; notes when it is had or given up. */
function ask(slots: Slots, entry: Entry): Asking {
  const { caller, lane } = entry;
  const asking: Asking = { caller, lane, give: new AbortController(), done: false };
  slots.enter(entry, asking.give.signal).then(
    (leave) => {
      asking.leave = leave;
    },
    () => {
      asking.done = true;
    },
  );
  return asking;
}

const step = fc.record({
  what: fc.constantFrom("enter", "enter", "leave", "give up"),
  caller: fc.constantFrom("a", "b", "c"),
  lane: fc.constantFrom("pve1", "pve2"),
  which: fc.nat(20),
});

Deno.test("Slots: never over a limit, no place free that somebody could have, nobody forgotten", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const slots = new Slots();
      const all: Asking[] = [];
      const inside = () => all.filter(({ done, leave }) => leave && !done);
      const outside = () => all.filter(({ done, leave }) => !leave && !done);
      const checkLimits = () => {
        for (const lane of ["pve1", "pve2"]) {
          const running = inside().filter((each) => each.lane === lane);
          const of = (caller: string) => running.filter((each) => each.caller === caller).length;
          assert.ok(running.length <= LIMITS.places);
          for (const caller of ["a", "b", "c"]) assert.ok(of(caller) <= LIMITS.perCaller);
          const could = outside().filter((each) =>
            each.lane === lane && of(each.caller) < LIMITS.perCaller
          );
          assert.ok(running.length === LIMITS.places || could.length === 0, "a place is idle");
        }
      };
      const leave = (asking: Asking | undefined) => {
        if (asking) asking.done = true;
        asking?.leave?.();
      };
      for (const { what, which, ...to } of steps) {
        if (what === "enter") all.push(ask(slots, { ...to, limits: LIMITS }));
        else if (what === "leave") leave(inside()[which % Math.max(1, inside().length)]);
        else outside()[which % Math.max(1, outside().length)]?.give.abort();
        await settle();
        checkLimits();
      }
      while (inside().length > 0) {
        leave(inside()[0]);
        await settle();
        checkLimits();
      }
      assert.deepEqual(outside(), [], "somebody waits for ever");
    }),
    { numRuns: 60 },
  );
});

Deno.test("Slots: callers take turns, and within one whoever waited longest", async () => {
  const slots = new Slots();
  const limits = { places: 1, perCaller: 1, waiting: 9 };
  const order: string[] = [];
  const enter = (caller: string, name: string) =>
    slots.enter({ lane: "pve1", caller, limits }, open).then((leave) => {
      order.push(name);
      return leave;
    });
  const leaves = [
    enter("a", "a1"),
    ...["a2", "a3", "a4"].map((name) => enter("a", name)),
    ...["b1", "b2"].map((name) => enter("b", name)),
    enter("c", "c1"),
  ];
  await Promise.all(leaves.map(async (leave) => (await leave)()));
  assert.deepEqual(order, ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]);
});

Deno.test("Slots: who gives up just as it is let in passes its place on", async () => {
  const slots = new Slots();
  const entry = { lane: "pve1", caller: "a", limits: { places: 1, perCaller: 1, waiting: 9 } };
  const leave = await slots.enter(entry, open);
  const impatient = new AbortController();
  const waiting = slots.enter(entry, impatient.signal);
  const patient = slots.enter(entry, open);
  impatient.abort();
  leave();
  await assert.rejects(waiting, { code: "timeout" });
  (await patient)();
});

Deno.test("Slots: a caller's line is bounded, each its own", async () => {
  const slots = new Slots();
  const of = (caller: string) => ({ lane: "pve1", caller, limits: LIMITS });
  for (const caller of ["a", "a", "b"]) await slots.enter(of(caller), open);
  void slots.enter(of("a"), open);
  assert.equal(slots.isFull(of("a")), false);
  void slots.enter(of("a"), open);
  assert.equal(slots.isFull(of("a")), true);
  assert.equal(slots.isFull(of("b")), false);
});
