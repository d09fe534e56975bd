import { type ToolName, TOOLS } from "../../../lib/mcp/tools.ts";
import type { ToolCase } from "../tool_case.ts";
import { ACCESS } from "./access.ts";
import { API } from "./api.ts";
import { BACKUP_JOBS } from "./backup_jobs.ts";
import { BACKUPS } from "./backups.ts";
import { CAPACITY } from "./capacity.ts";
import { CLUSTER } from "./cluster.ts";
import { CONTAINERS_INSIDE } from "./containers_inside.ts";
import { FIREWALL } from "./firewall.ts";
import { GUESTS_HARDWARE } from "./guests_hardware.ts";
import { GUESTS_INSIDE } from "./guests_inside.ts";
import { GUESTS_LIFECYCLE } from "./guests_lifecycle.ts";
import { GUESTS_MOVES } from "./guests_moves.ts";
import { GUESTS_POWER } from "./guests_power.ts";
import { GUESTS_READS } from "./guests_reads.ts";
import { GUESTS_SETTINGS } from "./guests_settings.ts";
import { HA } from "./ha.ts";
import { HISTORY } from "./history.ts";
import { NETWORK } from "./network.ts";
import { NODES } from "./nodes.ts";
import { NODES_WORK } from "./nodes_work.ts";
import { REHEARSALS } from "./rehearsals.ts";
import { PLANS } from "./plans.ts";
import { REPLICATION } from "./replication.ts";
import { SNAPSHOTS } from "./snapshots.ts";
import { STORAGE } from "./storage.ts";
import { STORAGE_DEFINITIONS } from "./storage_definitions.ts";
import { TASKS } from "./tasks.ts";
import { UNLISTED } from "./unlisted.ts";

/** What is about two clusters is tested by itself: cases have one. */
type OfSeveral = "migrate_to_cluster";
/** Tools of backup servers: cases have none. */
export const OF_BACKUP_SERVERS = [
  "get_backup_servers",
  "get_backup_snapshots",
  "protect_backup",
  "prune_backups",
  "run_backup_server_job",
  "start_garbage_collection",
  "verify_backups",
] as const;
export type CasedTool = Exclude<ToolName, OfSeveral | typeof OF_BACKUP_SERVERS[number]>;

/** The tools that are offered where there is one cluster and no backup server. */
export const CASED = TOOLS.filter(({ clustersNeeded = 1, switchedOnBy }) =>
  clustersNeeded === 1 && switchedOnBy !== "backup_servers"
);

/** A case for every tool: without one it does not compile. */
export const CASES: Record<CasedTool, ToolCase> = {
  ...ACCESS,
  ...API,
  ...BACKUPS,
  ...BACKUP_JOBS,
  ...CAPACITY,
  ...CLUSTER,
  ...CONTAINERS_INSIDE,
  ...FIREWALL,
  ...GUESTS_HARDWARE,
  ...GUESTS_INSIDE,
  ...GUESTS_LIFECYCLE,
  ...GUESTS_MOVES,
  ...GUESTS_POWER,
  ...GUESTS_READS,
  ...GUESTS_SETTINGS,
  ...HA,
  ...HISTORY,
  ...NETWORK,
  ...NODES,
  ...NODES_WORK,
  ...REHEARSALS,
  ...PLANS,
  ...REPLICATION,
  ...SNAPSHOTS,
  ...STORAGE,
  ...STORAGE_DEFINITIONS,
  ...TASKS,
  ...UNLISTED,
};
