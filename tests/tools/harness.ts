import assert from "node:assert/strict";
import type { FakeRequest } from "../fake_pve.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { type Role, Site, type ToolAnswer } from "../site.ts";

type Arguments = Record<string, unknown>;

/** Other arguments, or another state, in which the tool must refuse and send no change. */
export interface Refusal {
  readonly args: Arguments;
  readonly code: string;
  readonly text: RegExp;
  readonly prepare?: (site: Site) => unknown;
}

/** What must hold for a tool, besides what must hold for every tool. */
export interface ToolCase {
  readonly tool: string;
  readonly role: Role;
  readonly args: Arguments;
  readonly prepare?: (site: Site) => unknown;
  /** Checks the answer, and that the cluster is as it should be now. */
  // deno-lint-ignore no-explicit-any -- each case knows the shape it asks for
  readonly works: (value: any, site: Site) => unknown;
  readonly refuses?: readonly Refusal[];
  /** The request that Proxmox refuses, drops or fails in the standard checks. */
  readonly request: readonly [method: string, path: RegExp];
  /** The tool answers with a warning or note that tells what failed, and what it has got. */
  readonly partial?: boolean;
  /** The change is a task, which may fail in the end. */
  readonly task?: boolean;
}

const LOWER: Record<Role, Role | undefined> = { user: undefined, write: "user", admin: "write" };

/** The requests that were sent to change something. */
export function changes(site: Site): FakeRequest[] {
  return site.fake.requests.filter(({ method }) => method !== "GET");
}

/** The last change that was sent. */
// deno-lint-ignore no-explicit-any -- each test knows the body it asks for
export function lastChange(site: Site): { method: string; path: string; query: any; body: any } {
  const last = changes(site).at(-1);
  assert.ok(last, "no change was sent");
  return last;
}

/** Registers the tests that hold for every tool, and those of the case. */
export function testTool(spec: ToolCase): void {
  const { tool, args, role } = spec;
  Deno.test(`${tool} works and tells what it did`, async () => {
    await using site = await started(spec);
    const answer = await site.call(tool, withoutPreview(args), { role });
    assert.equal(answer.isError, false, answer.text);
    await spec.works(answer.value, site);
  });

  Deno.test(`${tool} needs no more than reading and the privileges that it declares`, async () => {
    const value = crypto.randomUUID();
    await using site = await Site.start({
      config: { auth: { user: "mcp@pve", token_name: "probe", token_value: value } },
    });
    grant(site, { value, privileges: [...READING, ...declaredBy(tool)] });
    await spec.prepare?.(site);
    const answer = await site.call(tool, withoutPreview(args));
    assert.equal(answer.isError, false, answer.text);
    assert.doesNotMatch(answer.text, /lacks the privilege/);
  });

  Deno.test(`${tool} is refused below its scope, for unknown guests and without privileges`, async () => {
    await using site = await started(spec);
    const lower = LOWER[role];
    if (lower) {
      const before = site.fake.requests.length;
      const refused = await site.call(tool, args, { role: lower });
      assert.equal(refused.code, "forbidden", refused.text);
      assert.match(refused.text, new RegExp(`scope \\(${role}\\)`));
      assert.equal(site.fake.requests.length, before, "something was sent");
    }
    if (typeof args.vmid === "number" && !("volid" in args)) {
      const missing = await site.call(tool, { ...args, vmid: 999 });
      if (!tool.startsWith("create_") && tool !== "get_backups" && tool !== "get_storage_content") {
        assert.equal(missing.code, "not_found", missing.text);
        assert.match(missing.text, /999/);
      }
    }
    const undo = fail(site, spec, 403, "Permission check failed (/vms/100, VM.Test)");
    const denied = await site.call(tool, withoutPreview(args));
    undo();
    assertTold(denied, spec, "forbidden", /lacks the privilege VM\.Test on \/vms\/100/);
  });

  Deno.test(`${tool} tells Proxmox's reason when it says no`, async () => {
    await using site = await started(spec);
    const undo = fail(site, spec, 500, "cluster not ready - no quorum?");
    const answer = await site.call(tool, withoutPreview(args));
    undo();
    assertTold(answer, spec, "unavailable", /no quorum/);
    if (!spec.task) return;
    site.fake.state.outcomes.push({ exit: "the disk is on fire" });
    const failed = await site.call(tool, withoutPreview(args));
    assert.equal(failed.isError, true, failed.text);
    assert.match(failed.text, /^Cannot .*the disk is on fire/);
  });

  if (role !== "user" && !/^read_/.test(tool)) {
    Deno.test(`${tool} sends nothing in a dry run and plans what it would send`, async () => {
      await using site = await started(spec);
      const before = changes(site).length;
      const { value, text } = await site.call(tool, { ...args, dry_run: true });
      assert.equal(changes(site).length, before, "a change was sent");
      const plan = value?.dry_run;
      assert.ok(plan?.requests?.length > 0, text);
      const planned = plan.requests.at(-1);
      const [method, path] = spec.request;
      assert.ok(
        plan.requests.some((request: { method: string; path: string }) =>
          request.method === method && path.test(request.path)
        ),
        `${method} ${path} is not planned, but ${planned.method} ${planned.path}`,
      );
      assert.deepEqual(plan.checks.filter((check: { ok: boolean }) => !check.ok), []);
    });
  }

  if (spec.refuses?.length) {
    Deno.test(`${tool} refuses what cannot be, before it changes anything`, async () => {
      for (const refusal of spec.refuses ?? []) {
        await using site = await Site.start();
        await refusal.prepare?.(site);
        const before = changes(site).length;
        const answer = await site.call(tool, withoutPreview(refusal.args));
        const what = `${JSON.stringify(refusal.args)}: ${answer.text}`;
        assert.equal(answer.code, refusal.code, what);
        assert.match(answer.text, refusal.text, what);
        assert.equal(changes(site).length, before, `${what}: a change was sent`);
      }
    });
  }
}

async function started({ prepare }: ToolCase): Promise<Site> {
  const site = await Site.start();
  await prepare?.(site);
  return site;
}

function withoutPreview(args: Arguments): Arguments {
  return args.dry_run === undefined ? args : { ...args, dry_run: false };
}

function fail(site: Site, spec: ToolCase, status: number, message: string): () => void {
  const [method, path] = spec.request;
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

/** What it takes to see guests, nodes and storages at all. */
const READING = [
  "Datastore.Audit",
  "Pool.Audit",
  "SDN.Audit",
  "Sys.Audit",
  "VM.Audit",
  "VM.GuestAgent.Audit",
];

function declaredBy(name: string): string[] {
  const tool = TOOLS.find((each) => each.name === name);
  return tool?.privileges.flatMap(([, ...anyOf]) => anyOf) ?? [];
}

/** Makes the API token `mcp@pve!probe`, which may do just this, everywhere. */
function grant(site: Site, { value, privileges }: { value: string; privileges: string[] }): void {
  const { acl, roles, tokens, users } = site.fake.state;
  users.set("mcp@pve", { userid: "mcp@pve", enable: true, expire: 0, groups: [] });
  roles.set("Probe", { privs: privileges, special: false });
  tokens.push({ user: "mcp@pve", name: "probe", value, privsep: true, expire: 0 });
  for (const [type, ugid] of [["user", "mcp@pve"], ["token", "mcp@pve!probe"]] as const) {
    acl.push({ path: "/", roleid: "Probe", type, ugid, propagate: true });
  }
}
