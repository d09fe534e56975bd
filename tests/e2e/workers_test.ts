/** A server in two workers is one server to its callers, in each form that the program is given out in. */
import { Folder } from "../support/folder.ts";
import { findForms, type Form } from "../support/forms.ts";
import { Ground } from "./program/ground.ts";
import { countTogether, keepPort, shareWork } from "./program/workers.ts";

const kept = await Folder.make();
Deno.test.afterAll(() => kept[Symbol.asyncDispose]());

for (const form of await findForms(kept.path)) {
  Deno.test(`two workers of ${form.name}`, (t) => inWorkers(t, form));
}

async function inWorkers(t: Deno.TestContext, form: Form): Promise<void> {
  await using ground = await Ground.make(form);
  await t.step("what callers do", (t) => shareWork(t, ground));
  await t.step("rates are counted together", () => countTogether(ground));
  await t.step("the port is one server's own", () => keepPort(ground));
}
