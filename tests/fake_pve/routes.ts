import { accessHandlers } from "./access_api.ts";
import { agentHandlers } from "./agent.ts";
import { applianceHandlers } from "./appliances.ts";
import { backupHandlers } from "./backup.ts";
import { backupJobHandlers } from "./backup_jobs.ts";
import { cloneHandlers } from "./clone.ts";
import { clusterHandlers } from "./cluster.ts";
import { configHandlers } from "./configs.ts";
import { consoleHandlers } from "./console.ts";
import { createHandlers } from "./create.ts";
import { diskHandlers } from "./disks.ts";
import { firewallHandlers } from "./firewall.ts";
import { haHandlers } from "./ha.ts";
import { hardwareHandlers } from "./hardware.ts";
import { lifecycleHandlers } from "./lifecycle.ts";
import { metricHandlers } from "./metrics.ts";
import { migrateHandlers } from "./migrate.ts";
import { nodeHandlers } from "./nodes.ts";
import { poolHandlers } from "./pools.ts";
import { powerHandlers } from "./power.ts";
import { preconditionHandlers } from "./preconditions.ts";
import { remoteMigrateHandlers } from "./remote_migrate.ts";
import { replicationHandlers } from "./replication.ts";
import { sdnHandlers } from "./sdn.ts";
import { serviceHandlers } from "./services.ts";
import { snapshotHandlers } from "./snapshots.ts";
import { statusHandlers } from "./status.ts";
import { storageConfigHandlers } from "./storage_config.ts";
import { storageHandlers } from "./storage.ts";
import { taskHandlers } from "./task_api.ts";
import { volumeHandlers } from "./volume_api.ts";
import type { Handlers } from "./world.ts";

/** The methods that are simulated; all others of the contract are answered by `fallback.ts`. */
export const handlers: Handlers = {
  ...accessHandlers,
  ...agentHandlers,
  ...applianceHandlers,
  ...backupHandlers,
  ...backupJobHandlers,
  ...cloneHandlers,
  ...clusterHandlers,
  ...configHandlers,
  ...consoleHandlers,
  ...createHandlers,
  ...diskHandlers,
  ...firewallHandlers,
  ...haHandlers,
  ...hardwareHandlers,
  ...lifecycleHandlers,
  ...metricHandlers,
  ...migrateHandlers,
  ...nodeHandlers,
  ...poolHandlers,
  ...powerHandlers,
  ...preconditionHandlers,
  ...remoteMigrateHandlers,
  ...replicationHandlers,
  ...sdnHandlers,
  ...serviceHandlers,
  ...snapshotHandlers,
  ...statusHandlers,
  ...storageConfigHandlers,
  ...storageHandlers,
  ...taskHandlers,
  ...volumeHandlers,
};
