import assert from "node:assert/strict";
import fc from "fast-check";
import type { TokenLimits } from "../../lib/auth/limits.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { isRecord } from "../../lib/proxmox/api/values.ts";
import type { AnyTool } from "../../lib/tool/tool.ts";
import { Site, type ToolAnswer } from "../site.ts";
import { until } from "../support/until.ts";
import { backupOf, CONTAINER_BACKUP, nameBackups, VM_BACKUP } from "./backups.ts";
import { CASED, type CasedTool, CASES } from "./cases/mod.ts";
import { guest } from "./guests.ts";
import { limited } from "./limited.ts";
import { type Arguments, inDryRun } from "./tool_case.ts";

/** Tasks of one guest, of several, of none, and of guests that a log names or does not. */
interface Tasks {
  readonly ended: string[];
  readonly running: string[];
}

async function startTask(site: Site, path: string, params: Arguments): Promise<string> {
  const args = { method: "POST", path, params, wait: false };
  const { text, value } = await site.call("change_api", args);
  assert.match(value?.upid ?? text, /^UPID:/);
  return value.upid;
}

const BACK_UP = { mode: "snapshot", storage: "nfs1" };

/** The pool `dev` gets a second guest on a node, so that a backup of two can lie within it. */
async function startTasks(site: Site): Promise<Tasks> {
  guest(site, 120).pool = "dev";
  const some = async () => [
    await startTask(site, "/nodes/pve1/vzdump", { ...BACK_UP, vmid: "100,200" }),
    await startTask(site, "/nodes/pve3/vzdump", { ...BACK_UP, vmid: "120,150" }),
    await startTask(site, "/nodes/pve3/vzdump", { ...BACK_UP, vmid: "121,150" }),
    await startTask(site, "/nodes/pve3/vzdump", { ...BACK_UP, vmid: "120,150,100" }),
    await startTask(site, "/nodes/pve1/vzdump", { ...BACK_UP, all: true }),
    await startTask(site, "/nodes/pve3/vzdump", { ...BACK_UP, pool: "dev" }),
    await startTask(site, "/nodes/pve3/vzdump", { ...BACK_UP, vmid: "150" }),
  ];
  const ended = await some();
  site.fake.finishTasks();
  for (const vmid of [100, 150]) {
    const volid = backupOf(site, vmid).volid;
    const content = `/nodes/pve1/storage/nfs1/content/${volid}`;
    const { value } = await site.call("change_api", { method: "DELETE", path: content });
    ended.push(value.upid);
  }
  site.fake.state.taskPolls = Infinity;
  return { ended, running: await some() };
}

Deno.test("a backup of several guests is within reach only if every one of them is", async () => {
  await using site = await Site.start();
  const { running: [prod, dev, mixed, elsewhere, all, pool, single] } = await startTasks(site);
  const own = { pools: ["dev"] };
  const cases: [Partial<TokenLimits>, (string | undefined)[]][] = [
    [own, [dev, single]],
    [{ ...own, nodes: ["pve1", "pve3"] }, [dev, single]],
    [{ ...own, nodes: ["pve1"] }, []],
    [{ vmids: [{ from: 100, to: 200 }] }, [prod, dev, mixed, elsewhere, single]],
    [{ nodes: ["pve3"] }, [dev, mixed, pool, single]],
    [{ toolsDeny: ["get_vms"] }, [prod, dev, mixed, elsewhere, all, pool, single]],
  ];
  for (const [limits, reached] of cases) {
    const token = await limited(site, limits);
    for (const upid of [prod, dev, mixed, elsewhere, all, pool, single]) {
      for (const tool of ["get_task", "stop_task"]) {
        const args = { upid, ...(tool === "stop_task" ? { dry_run: true } : {}) };
        const { code, text } = await site.call(tool, args, { token });
        const what = `${JSON.stringify(limits)} ${tool} ${upid}: ${text}`;
        if (reached.includes(upid)) assert.equal(code, undefined, what);
        else assert.deepEqual([code, /no such task/.test(text)], ["not_found", true], what);
      }
    }
  }
});

const KINDS = ["pools", "tags", "nodes", "vmids"] as const;
type Kinds = Pick<TokenLimits, typeof KINDS[number]>;

Deno.test("a guest out of reach is answered like one that there is not, whatever the tool", async () => {
  await using site = await Site.start();
  nameBackups(site);
  const token = await limited(site, { pools: ["dev"] });
  const assertAlike = async (
    tool: string,
    about: (name: unknown) => Arguments,
    names: readonly [there: unknown, absent: unknown],
  ) => {
    const answers = names.map(async (name) => {
      const { code, text, value } = await site.call(tool, about(name), { token });
      const told = JSON.stringify({ code, text, value });
      return names.reduce<string>((line, each) => line.replaceAll(String(each), "…"), told);
    });
    const [there, absent] = await Promise.all(answers);
    assert.equal(there, absent, `${tool} ${JSON.stringify(about(names[0]))}`);
  };
  for (const { input, name } of CASED) {
    const { args } = CASES[name as CasedTool];
    const { vmid, vmids } = input.shape;
    for (const names of [[100, 998], ["web1", "nobody"], ["dup", "nobody"]] as const) {
      if (vmid?.safeParse(names[0]).success) {
        await assertAlike(name, (guest) => ({ ...args, vmid: guest }), names);
      }
      if (vmids) await assertAlike(name, (guest) => ({ ...args, vmids: [guest] }), names);
    }
  }
  const backups = [VM_BACKUP, VM_BACKUP.replace("100", "998")] as const;
  for (const tool of ["delete_backup", "restore_backup"]) {
    await assertAlike(tool, (volid) => ({ volid }), backups);
    await assertAlike(tool, (volid) => ({ volid, node: "pve1" }), backups);
  }
  const own = { volid: backupOf(site, 150).volid, overwrite: true };
  await assertAlike("restore_backup", (vmid) => ({ ...own, vmid }), [101, 998]);
  for (
    const upid of [
      await startTask(site, "/nodes/pve1/vzdump", { ...BACK_UP, vmid: "100,200" }),
      await startTask(site, "/nodes/pve1/qemu/101/status/start", {}),
    ]
  ) {
    const absent = upid.replace(/^UPID:pve1:\w{8}/, "UPID:pve1:00000001");
    for (const tool of ["get_task", "wait_task", "stop_task"]) {
      await assertAlike(tool, (task) => ({ upid: task }), [upid, absent]);
    }
  }
  assert.equal(
    site.fake.requests.filter(({ method }) => method !== "GET").length,
    2,
    "a change was sent",
  );
});

Deno.test("a name that fits several guests names none that is out of reach", async () => {
  await using site = await Site.start();
  for (const vmid of [100, 150]) guest(site, vmid).config.name = "dup";
  const all = await site.call("get_guest_config", { vmid: "dup" });
  assert.equal(all.code, "conflict", all.text);
  assert.match(all.text, /VM 100 on pve1 and VM 120 on pve3 and VM 121 on pve3 and VM 150 on pve3/);
  const pair = await limited(site, { vmids: [{ from: 120, to: 121 }] });
  const some = await site.call("get_guest_config", { vmid: "dup" }, { token: pair });
  assert.match(some.text, /the name dup fits VM 120 on pve3 and VM 121 on pve3; give the vmid/);
  const own = await limited(site, { pools: ["dev"] });
  const one = await site.call("get_guest_config", { vmid: "dup" }, { token: own });
  assert.equal(one.isError, false, one.text);
});

Deno.test("what may belong to any guest is shown to no token that reaches only some", async () => {
  await using site = await Site.start();
  const unnamed = { volid: "nfs1:backup/renamed.vma.zst", storage: "nfs1", content: "backup" };
  site.fake.state.volumes.push({ ...unnamed, format: "vma.zst", size: 1, ctime: 1 });
  const listed = async (limits: Partial<TokenLimits>) => {
    const token = await limited(site, limits);
    const { value } = await site.call("get_backups", { storage: "nfs1" }, { token });
    return value.backups.some(({ volid }: { volid: string }) => volid === unnamed.volid);
  };
  assert.equal(await listed({ toolsDeny: ["get_vms"] }), true);
  assert.equal(await listed({ nodes: ["pve1"] }), true);
  assert.equal(await listed({ pools: ["dev"] }), false);
  assert.equal(await listed({ pools: ["dev"], nodes: ["pve1", "pve2", "pve3"] }), false);
});

Deno.test("a guest is not made in the place of one that is out of reach, and its node is not told", async () => {
  await using site = await Site.start();
  const token = await limited(site, { nodes: ["pve3"] });
  site.fake.state.taskPolls = Infinity;
  // Whoever may not have the vmid is not told what others do with it, either.
  const starting = site.call("start_vm", { vmid: 101 });
  await until(() => site.fake.state.tasks.length === 1);
  const calls: [string, Arguments][] = [
    ["create_vm", { name: "x", node: "pve3", vmid: 101 }],
    ["clone_guest", { vmid: 150, new_vmid: 101 }],
    ["restore_backup", { volid: backupOf(site, 150).volid, node: "pve3", vmid: 101 }],
  ];
  for (const [tool, args] of calls) {
    const { code, text } = await site.call(tool, args, { token });
    assert.equal(code, "conflict", text);
    assert.match(text, /: the vmid 101 is taken; give another one$/);
  }
  site.fake.finishTasks();
  assert.equal((await starting).isError, false);
});

/** Guests that exist, of which `limits` may leave out some, and one that does not. */
const VMIDS = [100, 101, 102, 110, 120, 150, 200, 202, 900, 998];

const values = {
  pools: fc.subarray(["dev", "prod"]),
  tags: fc.subarray(["prod", "web", "sandbox"]),
  nodes: fc.subarray(["pve1", "pve2", "pve3"], { minLength: 1 }),
  vmids: fc.subarray([[100, 102], [110, 150], [200, 202], [300, 400], [900, 998]]).map((ranges) =>
    ranges.map(([from = 0, to = 0]) => ({ from, to }))
  ),
};

function seldom<T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: values });
}

/** Those whose answers are about many guests at once. */
const always = TOOLS.filter(({ name }) => ["get_tasks", "stop_task"].includes(name));

const run = fc.record({
  wide: fc.record<Kinds>({
    pools: seldom(values.pools),
    tags: seldom(values.tags),
    nodes: seldom(values.nodes),
    vmids: seldom(values.vmids),
  }),
  more: fc.oneof(...KINDS.map((kind) => fc.tuple(fc.constant(kind), values[kind]))),
  vmid: fc.option(fc.constantFrom(...VMIDS)),
  tools: fc.subarray(CASED.filter((tool) => !always.includes(tool)), {
    minLength: 12,
    maxLength: 12,
  }),
  at: fc.nat(100),
});

/** A tool's arguments of its case, about another guest or task now and then; no change is ever sent. */
function argumentsFor(
  tool: AnyTool,
  { at, tasks, vmid }: { at: number; tasks: Tasks; vmid: number | null },
): Arguments {
  const { args } = CASES[tool.name as CasedTool];
  const { shape } = tool.input;
  const given: Record<string, unknown> = typeof args === "function" ? {} : { ...args };
  const upids = tool.name === "wait_task" ? tasks.ended : [...tasks.running, ...tasks.ended];
  if ("upid" in shape) given.upid = upids[at % upids.length];
  if ("volid" in shape && at % 2 === 0 && tool.name !== "delete_volume") {
    given.volid = [VM_BACKUP, CONTAINER_BACKUP][at % 4 / 2];
  }
  if (vmid !== null && "vmid" in shape && given.vmid !== undefined) given.vmid = vmid;
  if (vmid !== null && "vmids" in shape) given.vmids = [vmid, 100, 150];
  // What is chosen among the nodes within reach is not the same for every token.
  if ("node" in shape && given.node === undefined && /^create_(vm|con)/.test(tool.name)) {
    given.node = "pve1";
  }
  // A list of one node's or one guest's things holds less than one of all.
  if (at % 3 > 0 && tool.scope === "user" && shape.node?.safeParse(undefined).success) {
    for (const filter of ["node", "storage", "tag"]) delete given[filter];
  }
  if ("limit" in shape) given.limit = 100;
  return tool.hints.readOnlyHint ? given : inDryRun(tool, given);
}

/** Which node offers a shared storage, and how long ago something was, is not the same each time. */
function stable(row: Record<string, unknown>): string {
  const kept = Object.entries(row).filter(([key, value]) =>
    !/_seconds$|_fraction$|_bytes$/.test(key) && !("volid" in row && key === "node") &&
    !Array.isArray(value)
  );
  return JSON.stringify(kept);
}

/** Every row that an answer holds, with the name of its list. */
function rowsOf(value: unknown, name = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => {
    const rows = Array.isArray(part) ? part.filter(isRecord) : [];
    const here = rows.map((row) => `${name}.${key} ${stable(row)}`);
    return [...here, ...rows.flatMap((row) => rowsOf(row, key)), ...rowsOf(part, key)];
  });
}

/** What a plan would send, wherever; a plan with a check that fails would send nothing. */
function requestsOf({ value }: ToolAnswer): string[] {
  const { checks, requests } = value.dry_run;
  return checks.some(({ ok }: { ok: boolean }) => !ok) ? [] : requests.map((
    { method, path }: { method: string; path: string },
  ) => `${method} ${path.replace(/^\/nodes\/[^/]+/, "")}`);
}

function assertNoMore(narrow: ToolAnswer, wide: ToolAnswer, what: string): void {
  if (narrow.isError) return;
  assert.equal(wide.isError, false, `${what}: allowed with a limit more: ${wide.text}`);
  const given = narrow.value.dry_run ? requestsOf : (answer: ToolAnswer) => rowsOf(answer.value);
  const all = new Set(given(wide));
  const more = given(narrow).filter((row) => !all.has(row) && !row.includes('"error"'));
  assert.deepEqual(more, [], `${what}: more with a limit more`);
}

Deno.test("a limit more never lets a token do or see more, whatever the tool", async () => {
  const now = Date.now();
  await using site = await Site.start({ pve: { now: () => now } });
  const tasks = await startTasks(site);
  nameBackups(site);
  const called = new Set<string>();
  await fc.assert(
    fc.asyncProperty(run, async ({ at, more: [kind, extra], tools, vmid, wide }) => {
      const before = site.fake.requests.length;
      const narrow = { ...wide, [kind]: within<unknown>(wide[kind] ?? null, extra) };
      const [less, more] = [await limited(site, narrow), await limited(site, wide)];
      for (const tool of [...always, ...tools]) {
        const args = argumentsFor(tool, { at, tasks, vmid });
        const narrowed = await site.call(tool.name, args, { token: less });
        if (!narrowed.isError) called.add(tool.name);
        const what = `${tool.name} ${JSON.stringify({ args, narrow, wide })}`;
        const wider = narrowed.isError
          ? narrowed
          : await site.call(tool.name, args, { token: more });
        assertNoMore(narrowed, wider, what);
      }
      const sent = site.fake.requests.slice(before).filter(({ method }) => method !== "GET");
      assert.deepEqual(sent, []);
    }),
    { numRuns: 30, endOnFailure: true },
  );
  assert.ok(called.size >= 20, `only ${[...called]} were allowed at all`);
});

/** Both limits together. */
function within<T>(wide: readonly T[] | null, extra: readonly T[]): readonly T[] {
  if (wide === null) return extra;
  const known = new Set(wide.map((each) => JSON.stringify(each)));
  return extra.filter((each) => known.has(JSON.stringify(each)));
}
