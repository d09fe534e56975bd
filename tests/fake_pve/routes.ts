import { accessHandlers } from "./access_api.ts";
import { agentHandlers } from "./agent.ts";
import { clusterHandlers } from "./cluster.ts";
import { configHandlers } from "./configs.ts";
import { createHandlers } from "./create.ts";
import { diskHandlers } from "./disks.ts";
import { lifecycleHandlers } from "./lifecycle.ts";
import { metricHandlers } from "./metrics.ts";
import { migrateHandlers } from "./migrate.ts";
import { nodeHandlers } from "./nodes.ts";
import { powerHandlers } from "./power.ts";
import { snapshotHandlers } from "./snapshots.ts";
import { statusHandlers } from "./status.ts";
import { storageHandlers } from "./storage.ts";
import { taskHandlers } from "./task_api.ts";
import type { Handlers } from "./world.ts";

/** Every method that the simulated cluster answers; whatever else is asked for is a 501. */
export const handlers: Handlers = {
  ...accessHandlers,
  ...agentHandlers,
  ...clusterHandlers,
  ...configHandlers,
  ...createHandlers,
  ...diskHandlers,
  ...lifecycleHandlers,
  ...metricHandlers,
  ...migrateHandlers,
  ...nodeHandlers,
  ...powerHandlers,
  ...snapshotHandlers,
  ...statusHandlers,
  ...storageHandlers,
  ...taskHandlers,
};
