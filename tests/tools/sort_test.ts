import assert from "node:assert/strict";
import { TOOLS } from "../../lib/mcp/tools.ts";
import type { AnyTool } from "../../lib/tool/tool.ts";
import { Site } from "../site.ts";
import { BackupSite } from "../support/backup_site.ts";
import { type CasedTool, CASES } from "./cases/mod.ts";

type Row = Record<string, unknown>;

/** Rows in Proxmox's own words have no columns of ours; what happened is told as it happened. */
const WITHOUT_COLUMNS = ["call_api", "get_audit", "get_changes"];

const LISTS = TOOLS.filter(({ input, name }) =>
  "cursor" in input.shape && !WITHOUT_COLUMNS.includes(name)
);

/** The columns by which a list sorts, as it names them itself. */
async function columnsOf(site: Site, name: string, args: Row): Promise<string[]> {
  const refused = await site.call(name, { ...args, sort: "-luck" });
  assert.equal(refused.code, "invalid", `${name}: ${refused.text}`);
  const [, columns] = /sort: there is no column luck, only ([^();]+)/.exec(refused.text) ?? [];
  assert.ok(columns, refused.text);
  return columns.trim().split(", ");
}

/** Where a list has rows: with a backup server for those that tell of one, which need no case for it. */
async function startFor(
  { name, switchedOnBy }: AnyTool,
  options: Parameters<typeof Site.start>[0],
) {
  const ofBackups = switchedOnBy === "backup_servers";
  const world = ofBackups
    ? await BackupSite.start({ ...options, pbs: options?.pve ?? {} })
    : await Site.start(options);
  const site = world instanceof BackupSite ? world.site : world;
  const spec = ofBackups ? undefined : CASES[name as CasedTool];
  return { site, spec, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** Rows in the order that is asked for, those without a value last. */
function assertOrder(values: readonly unknown[], { descending, what }: {
  descending: boolean;
  what: string;
}): void {
  const known = values.filter((value) => value !== undefined);
  assert.deepEqual(values.slice(0, known.length), known, `${what}: what is not known comes last`);
  for (const [index, value] of known.slice(1).entries()) {
    const [low, high] = descending ? [value, known[index]] : [known[index], value];
    assert.ok((low as string) <= (high as string), `${what}: ${low} before ${high}`);
  }
}

for (const tool of LISTS) {
  Deno.test(`${tool.name} sorts by each column, in pages too`, async () => {
    // Ages and days that are left would change between two readings.
    const start = Date.now();
    const pve = { guests: 12, now: () => start };
    await using world = await startFor(tool, { pve, now: () => new Date(start) });
    const { site, spec } = world;
    await spec?.prepare?.(site);
    const args: Row = { ...typeof spec?.args === "function" ? spec.args(site) : spec?.args };
    delete args.limit;
    const columns = await columnsOf(site, tool.name, args);
    const [list] = Object.entries(tool.output.shape).filter(([, type]) => {
      const { element } = type as { element?: { shape?: object } };
      return columns.every((column) => column in (element?.shape ?? {}));
    }).map(([name]) => name);
    assert.ok(list !== undefined, `${tool.name} has no list with the columns ${columns}`);
    const read = async (more: Row): Promise<{ rows: Row[]; next: string | undefined }> => {
      const { value, text, isError } = await site.call(tool.name, { ...args, ...more });
      assert.equal(isError, false, text);
      return { rows: value[list], next: value.next_cursor };
    };
    const usual = await read({});
    for (const column of columns) {
      for (const sort of [column, `-${column}`]) {
        const fields = "fields" in tool.input.shape ? { fields: ["vmid", column] } : {};
        const { rows } = await read({ sort, limit: 100, ...fields });
        assert.equal(new Set(rows.map((row) => JSON.stringify(row))).size, rows.length);
        assertOrder(rows.map((row) => row[column]), {
          descending: sort.startsWith("-"),
          what: `${tool.name} by ${sort}`,
        });
        const limit = Math.max(1, Math.ceil(rows.length / 3));
        const paged: Row[] = [];
        let cursor: string | undefined;
        do {
          const page = await read({ sort, limit, ...fields, ...(cursor ? { cursor } : {}) });
          paged.push(...page.rows);
          cursor = page.next;
        } while (cursor !== undefined);
        assert.deepEqual(paged, rows, `${tool.name} by ${sort} in pages of ${limit}`);
      }
    }
    assert.deepEqual(await read({}), usual, "the list's own order is as it was");
  });
}

Deno.test("a cursor goes on in its own order only", async () => {
  await using site = await Site.start();
  const first = await site.call("get_vms", { sort: "-memory_bytes", limit: 1 });
  const { next_cursor: cursor } = first.value;
  assert.match(cursor, /^-memory_bytes:n\d+:n101$/);
  for (const sort of [undefined, "memory_bytes", "-memory_used_bytes"]) {
    const { code, text } = await site.call("get_vms", { cursor, ...(sort ? { sort } : {}) });
    assert.equal(code, "invalid", text);
    assert.match(text, /cursor is of another order: give it with sort -memory_bytes$/);
  }
  const plain = await site.call("get_vms", { limit: 1 });
  const mixed = await site.call("get_vms", { cursor: plain.value.next_cursor, sort: "name" });
  assert.match(mixed.text, /cursor is of another order: give it without sort$/);
});

Deno.test("sort names the column that was meant", async () => {
  await using site = await Site.start();
  const { text } = await site.call("get_vms", { sort: "-memory_used" });
  assert.match(
    text,
    /sort: there is no column memory_used, only vmid, name, .*did you mean memory_used_bytes\?/,
  );
});

Deno.test("a cursor holds no secret that a row holds", async () => {
  await using site = await Site.start();
  for (const volume of site.fake.state.volumes) {
    if (volume.content === "backup") volume.notes = "password=hunter2hunter2";
  }
  const { value, text } = await site.call("get_backups", { sort: "notes", limit: 1 });
  assert.ok(value.next_cursor, text);
  assert.doesNotMatch(decodeURIComponent(text), /hunter2/);
});
