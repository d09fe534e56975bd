import assert from "node:assert/strict";
import { SCOPES } from "../../lib/auth/scope.ts";
import { type ToolName, TOOLS } from "../../lib/mcp/tools.ts";
import type { AnyTool } from "../../lib/tool/tool.ts";
import { Site, type ToolAnswer } from "../site.ts";
import { ALL_ON, privilegesOf, READING, restrict, startProbed, unrestrict } from "./probe.ts";
import { changes } from "./requests.ts";
import { assertToldAsText } from "./text.ts";
import {
  type Arguments,
  inDryRun,
  type Refusal,
  type ToolCase,
  type Variant,
} from "./tool_case.ts";

interface Call {
  readonly site: Site;
  readonly tool: AnyTool;
  readonly spec: ToolCase;
  readonly args: Arguments;
}

interface Planned {
  readonly requests: readonly { readonly method: string; readonly path: string }[];
  readonly checks: readonly { readonly ok: boolean }[];
}

/** Registers, for each of the cases, its own tests and those that hold for every tool. */
export function testTools(cases: Partial<Record<ToolName, ToolCase>>): void {
  for (const tool of TOOLS) {
    const spec = cases[tool.name as ToolName];
    if (spec) testTool(tool, spec);
  }
}

function testTool(tool: AnyTool, spec: ToolCase): void {
  const reads = tool.hints.readOnlyHint;
  if (!reads) {
    Deno.test(`${tool.name} works with reading and the privileges that it declares`, async () => {
      await using site = await startProbed();
      await spec.prepare?.(site);
      await assertWorks({ site, tool, spec, args: argumentsOf(spec, site) });
    });
  }

  for (const variant of spec.variants ?? []) {
    Deno.test(`${tool.name} needs what it declares for ${titleOf(variant)}`, async () => {
      await using site = await startProbed();
      await variant.prepare?.(site);
      await callRestricted({ site, tool, spec, args: variant.args });
    });
  }

  for (const refusal of spec.refuses?.filter(({ prepare }) => prepare) ?? []) {
    Deno.test(`${tool.name} refuses: ${refusal.text.source}`, async () => {
      await using site = await Site.start({ config: { tools: ALL_ON } });
      await refusal.prepare?.(site);
      await assertRefused(site, tool, refusal);
    });
  }

  // Nothing is changed here until the last step, so that one site serves all of them.
  Deno.test(`${tool.name} refuses${reads ? ", works" : ", plans"} and fails as it should`, async (t) => {
    await using site = await startProbed();
    for (const refusal of spec.refuses?.filter(({ prepare }) => !prepare) ?? []) {
      await t.step(`refuses: ${refusal.text.source}`, () => assertRefused(site, tool, refusal));
    }
    for (const args of spec.unchanged ?? []) {
      await t.step(
        `sends nothing for what is so already: ${JSON.stringify(args)}`,
        () => assertUnchanged(site, tool, args),
      );
    }
    await spec.prepare?.(site);
    const call = { site, tool, spec, args: argumentsOf(spec, site) };
    if (tool.scope !== "user") {
      await t.step("is refused below its scope", () => assertScope(call));
    }
    if (takesGuest(tool)) {
      await t.step("says which guest there is not", () => assertNoSuchGuest(call));
    }
    if (!reads) {
      await t.step(
        "sends nothing in a dry run and plans what it would send",
        () => assertPlans(call),
      );
    }
    if (spec.request !== null) {
      await t.step("tells which privilege is missing, and where", () => assertDenied(call));
      await t.step("tells why Proxmox says no", () => assertFails(call));
    }
    if ("wait" in tool.input.shape) {
      await t.step("tells why its task has failed", () => assertTaskFails(call));
    }
    if (reads) {
      await t.step(
        "works with reading and the privileges that it declares",
        () => assertWorks(call),
      );
    }
  });
}

async function assertWorks(call: Call): Promise<void> {
  const { value } = await callRestricted(call);
  await call.spec.works(value, call.site);
}

/** Calls the tool with no more than it declares, after a dry run, which must plan just what is sent. */
async function callRestricted(call: Call): Promise<ToolAnswer> {
  const { site, tool, spec, args } = call;
  restrict(site, [
    ...READING,
    ...privilegesOf(tool, args),
    ...spec.undeclared?.privileges ?? [],
  ]);
  const planned = tool.hints.readOnlyHint ? [] : await plan(call);
  const before = changes(site).length;
  const role = spec.scope ?? tool.scope;
  const answer = await site.call(tool.name, forReal(tool, args), { role });
  unrestrict(site);
  assert.equal(answer.isError, false, answer.text);
  assert.doesNotMatch(answer.text, /lacks the privilege/);
  assertToldAsText(tool, answer.value);
  const sent = changes(site).slice(before).map(({ method, path }) => `${method} ${path}`);
  // A tool for many guests changes them side by side, in no certain order.
  assert.deepEqual(sent.toSorted(), planned.toSorted(), "a dry run does not plan what is sent");
  return answer;
}

/** What a dry run plans to send; checks that it sends nothing and that all of its checks hold. */
async function plan({ site, tool, spec, args }: Call): Promise<string[]> {
  const before = changes(site).length;
  const dryRun = inDryRun(tool, args);
  const { value, text } = await site.call(tool.name, dryRun, {
    role: spec.scope ?? tool.scope,
  });
  assert.equal(changes(site).length, before, "a change was sent");
  const planned: Planned | undefined = value?.dry_run;
  assert.ok(planned, text);
  assert.equal(planned.requests.length === 0, spec.request === null, text);
  assertToldAsText(tool, value);
  assert.deepEqual(planned.checks.filter(({ ok }) => !ok), []);
  return planned.requests.map(({ method, path }) => `${method} ${path}`);
}

async function assertPlans(call: Call): Promise<void> {
  const planned = await plan(call);
  if (call.spec.request === null) return;
  const [method, path] = call.spec.request;
  assert.ok(
    planned.some((request) => {
      const [sent, to = ""] = request.split(" ");
      return sent === method && path?.test(to);
    }),
    `${method} ${path} is not planned, but ${planned}`,
  );
}

async function assertRefused(site: Site, tool: AnyTool, refusal: Refusal): Promise<void> {
  const before = changes(site).length;
  const answer = await site.call(tool.name, refusal.args);
  const what = `${titleOf(refusal)}: ${answer.text}`;
  assert.equal(answer.code, refusal.code, what);
  assert.match(answer.text, refusal.text, what);
  assert.equal(changes(site).length, before, `${what}: a change was sent`);
}

async function assertUnchanged(site: Site, tool: AnyTool, args: Arguments): Promise<void> {
  const before = changes(site).length;
  const planned = await site.call(tool.name, { ...args, dry_run: true });
  assert.equal(planned.value?.unchanged, true, planned.text);
  assert.deepEqual(planned.value.dry_run.requests, []);
  const answer = await site.call(tool.name, args);
  assert.equal(answer.value?.unchanged, true, answer.text);
  assert.equal(answer.value.task, undefined);
  assert.deepEqual(Object.keys(answer.value).slice(0, 2), ["vmid", "name"]);
  assert.equal(changes(site).length, before, "a change was sent");
}

async function assertScope({ site, tool, args }: Call): Promise<void> {
  const before = site.fake.requests.length;
  for (const role of SCOPES.slice(0, SCOPES.indexOf(tool.scope))) {
    const refused = await site.call(tool.name, args, { role });
    assert.equal(refused.code, "forbidden", refused.text);
    assert.match(refused.text, new RegExp(`scope \\(${tool.scope}\\)`));
  }
  assert.equal(site.fake.requests.length, before, "something was sent");
}

async function assertNoSuchGuest({ site, tool, spec, args }: Call): Promise<void> {
  const before = changes(site).length;
  const ask = (vmid: number | string) =>
    site.call(tool.name, { ...forReal(tool, args), ...addressed(tool, vmid) });
  const unnamed = await ask("nobody");
  assert.match(unnamed.text, /no guest is named nobody/);
  if ("vmid" in tool.input.shape) assert.equal(unnamed.code, "not_found", unnamed.text);
  assert.equal(changes(site).length, before, "a change was sent");
  const unknown = await ask(999);
  if (spec.goneGuests !== undefined) {
    assert.equal(unknown.isError, false, unknown.text);
    return;
  }
  assert.match(unknown.text, /no guest has the vmid 999/);
  if ("vmid" in tool.input.shape) assert.equal(unknown.code, "not_found", unknown.text);
  assert.equal(changes(site).length, before, "a change was sent");
}

async function assertDenied(call: Call): Promise<void> {
  const undo = fail(call, 403, "Permission check failed (/vms/100, VM.Test)");
  const answer = await call.site.call(call.tool.name, forReal(call.tool, call.args));
  undo();
  assertTold(answer, call.spec, "forbidden", /lacks the privilege VM\.Test on \/vms\/100/);
}

async function assertFails(call: Call): Promise<void> {
  const undo = fail(call, 500, "cluster not ready - no quorum?");
  const answer = await call.site.call(call.tool.name, forReal(call.tool, call.args));
  undo();
  assertTold(answer, call.spec, "unavailable", /no quorum/);
}

async function assertTaskFails({ site, tool, spec, args }: Call): Promise<void> {
  site.fake.state.outcomes.push({ exit: "the disk is on fire" });
  const answer = await site.call(tool.name, forReal(tool, args));
  if (!spec.partial) assert.match(answer.text, /^Cannot /);
  assert.equal(answer.isError, !spec.partial, answer.text);
  assert.match(answer.text, /the disk is on fire/);
}

function fail({ site, spec }: Call, status: number, message: string): () => void {
  const [method, path] = requestOf(spec);
  return site.fake.fault({ method, path }, { kind: "status", status, message: `${message}\n` }, {
    times: 50,
  });
}

function assertTold(answer: ToolAnswer, spec: ToolCase, code: string, reason: RegExp): void {
  if (!spec.partial) {
    assert.equal(answer.code, code, answer.text);
    assert.match(answer.text, /^Cannot /);
  } else {
    assert.equal(answer.isError, false, answer.text);
  }
  assert.match(answer.text, reason);
}

/** True when the tool's input names a guest that exists: only such a field takes names too. */
function takesGuest(tool: AnyTool): boolean {
  const { vmid, vmids } = tool.input.shape;
  return vmid?.safeParse("web1").success || vmids?.safeParse(["web1"]).success || false;
}

function addressed(tool: AnyTool, vmid: number | string): Arguments {
  return "vmids" in tool.input.shape ? { vmids: [vmid] } : { vmid };
}

/** The arguments for the change itself, also of a tool that previews unless told otherwise. */
function forReal(tool: AnyTool, args: Arguments): Arguments {
  return tool.input.parse(args).dry_run === true ? { ...args, dry_run: false } : args;
}

function requestOf({ request }: ToolCase): NonNullable<ToolCase["request"]> {
  assert.ok(request);
  return request;
}

function argumentsOf({ args }: ToolCase, site: Site): Arguments {
  return typeof args === "function" ? args(site) : args;
}

function titleOf({ args }: Refusal | Variant): string {
  return JSON.stringify(args).slice(0, 200);
}
