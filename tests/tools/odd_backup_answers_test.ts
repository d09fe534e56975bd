import { TOOLS } from "../../lib/mcp/tools.ts";
import { contract } from "../fake_pbs/contract.ts";
import { segmentsOf } from "../fake_pve/routing.ts";
import type { Fault } from "../fake_pve.ts";
import type { ToolAnswer } from "../site.ts";
import { BackupSite } from "../support/backup_site.ts";
import type { OF_BACKUP_SERVERS } from "./cases/mod.ts";
import { PBS_SPELLINGS } from "./odd/oddities.ts";
import { Range, Still } from "./odd/range.ts";
import { assertWithstands, type Odds } from "./odd/withstands.ts";
import { ALL_ON } from "./probe.ts";
import { type Arguments, inDryRun } from "./tool_case.ts";

type OfBackupServers = typeof OF_BACKUP_SERVERS[number];
/** Tools that there are without a backup server too, and read it where there is one. */
type AlsoReading =
  | "call_api"
  | "get_attention"
  | "get_backup_coverage"
  | "get_backups"
  | "get_capacity"
  | "get_guest"
  | "rehearse_restore"
  | "restore_backup";

const ALL = { limit: 500 };
const GROUP = { datastore: "store1", group: "vm/100" };

const CALLS: Readonly<
  Record<OfBackupServers | AlsoReading, readonly (Arguments | ((world: BackupSite) => Arguments))[]>
> = {
  call_api: [{ product: "pbs", path: "/admin/datastore/store1/snapshots" }],
  get_attention: [{ ...ALL, max_guests: 0 }],
  get_backup_coverage: [ALL],
  get_backup_servers: [ALL],
  get_backup_snapshots: [ALL],
  get_backups: [ALL],
  get_capacity: [{}],
  get_guest: [{ vmid: 100 }],
  protect_backup: [(world) => ({ ...GROUP, time: newest(world) })],
  prune_backups: [{ ...GROUP, keep_last: 1 }, { datastore: "store1", keep_weekly: 1 }],
  rehearse_restore: [{ vmid: 150 }],
  restore_backup: [(world) => ({
    volid: `pbs1:backup/vm/100/${newest(world).slice(0, 19)}Z`,
    overwrite: true,
  })],
  run_backup_server_job: [{ id: "p-daily" }, { id: "v-daily" }, { id: "s-push" }],
  start_garbage_collection: [{ datastore: "store1" }],
  verify_backups: [GROUP, { datastore: "store1", namespace: "tenant-a" }],
};

function newest(world: BackupSite): string {
  const groups = world.pbs().state.datastores.get("store1")?.groups ?? [];
  const own = groups.find(({ id, ns, type }) => type === "vm" && id === "100" && ns === "");
  return new Date((own?.snapshots.at(-1)?.time ?? 0) * 1000).toISOString();
}

/** A refusal whose reason is like no other. */
const REFUSED: Fault = {
  kind: "status",
  status: 403,
  message: "permission check failed - missing Odd.Privilege on /odd",
};

/** What is not told when it cannot be read, and why. */
const WITHOUT: Odds["without"] = {
  "/docs/api-viewer/apidoc.js": "a description that is built in stands in for it, which is told",
  "/nodes/{node}/time": "of few groups the server itself tells what goes",
};

interface Covered {
  readonly vmid: number;
  readonly [column: string]: unknown;
}

/** What is good of a guest's backups, by column; the newest whole one may be another than it was. */
const GOOD: Readonly<Record<string, string>> = {
  interval: "ok",
  off_site: "yes",
  state: "backed up",
};

/** Where a guest's backups are told to be better than they are. */
function tooGood(value: ToolAnswer["value"], clean: ToolAnswer["value"]): string | undefined {
  const before = new Map<number, Covered>(
    clean?.guests?.map((guest: Covered) => [guest.vmid, guest]),
  );
  for (const guest of value?.guests ?? []) {
    for (const [column, good] of Object.entries(GOOD)) {
      const was = before.get(guest.vmid)?.[column];
      if (guest[column] === good && was !== good) {
        return `${column} of guest ${guest.vmid} was ${was} and is ${good}`;
      }
    }
  }
  return undefined;
}

for (const tool of TOOLS) {
  const calls = CALLS[tool.name as keyof typeof CALLS] ?? [];
  const reads = tool.hints.readOnlyHint;
  for (const [nth, given] of calls.entries()) {
    const which = nth === 0 ? "" : ` (${JSON.stringify(given)})`;
    const title = `${tool.name}${which} ${reads ? "tells" : "plans by"} what is known`;
    Deno.test(`${title} of a backup server's odd answers`, async () => {
      const still = new Still();
      const { now } = still.options.pve ?? {};
      await using world = await BackupSite.start({
        ...still.options,
        ...(now ? { pbs: { now } } : {}),
        config: { tools: ALL_ON },
      });
      still.stop();
      const { site } = world;
      const args = typeof given === "function" ? given(world) : given;
      const range = new Range({
        site,
        still,
        server: world.pbs(),
        describe: (path) =>
          contract().find("GET", segmentsOf(path).map(decodeURIComponent))?.api ??
            { path, returns: {} },
        tool,
        args: reads ? args : inDryRun(tool, args),
      });
      await assertWithstands(range, {
        site,
        tool,
        spellings: PBS_SPELLINGS,
        refused: REFUSED,
        without: WITHOUT,
        untrue: tool.name === "get_backup_coverage" ? tooGood : undefined,
      });
    });
  }
}
