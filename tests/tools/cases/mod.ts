import type { ToolName } from "../../../lib/mcp/tools.ts";
import type { ToolCase } from "../tool_case.ts";
import { API } from "./api.ts";
import { BACKUPS } from "./backups.ts";
import { CAPACITY } from "./capacity.ts";
import { CLUSTER } from "./cluster.ts";
import { CONTAINERS_INSIDE } from "./containers_inside.ts";
import { GUESTS_INSIDE } from "./guests_inside.ts";
import { GUESTS_LIFECYCLE } from "./guests_lifecycle.ts";
import { GUESTS_MOVES } from "./guests_moves.ts";
import { GUESTS_POWER } from "./guests_power.ts";
import { GUESTS_READS } from "./guests_reads.ts";
import { GUESTS_SETTINGS } from "./guests_settings.ts";
import { HISTORY } from "./history.ts";
import { NETWORK } from "./network.ts";
import { NODES } from "./nodes.ts";
import { NODES_WORK } from "./nodes_work.ts";
import { SNAPSHOTS } from "./snapshots.ts";
import { STORAGE } from "./storage.ts";
import { TASKS } from "./tasks.ts";

/** A case for every tool: without one it does not compile. */
export const CASES: Record<ToolName, ToolCase> = {
  ...API,
  ...BACKUPS,
  ...CAPACITY,
  ...CLUSTER,
  ...CONTAINERS_INSIDE,
  ...GUESTS_INSIDE,
  ...GUESTS_LIFECYCLE,
  ...GUESTS_MOVES,
  ...GUESTS_POWER,
  ...GUESTS_READS,
  ...GUESTS_SETTINGS,
  ...HISTORY,
  ...NETWORK,
  ...NODES,
  ...NODES_WORK,
  ...SNAPSHOTS,
  ...STORAGE,
  ...TASKS,
};
