import { accessHandlers } from "./access_api.ts";
import { catalogHandlers } from "./catalog.ts";
import { contentHandlers } from "./content_api.ts";
import { contentWriteHandlers } from "./content_writes.ts";
import { datastoreHandlers } from "./datastore_api.ts";
import { emptyHandlers } from "./empty_api.ts";
import { gcHandlers } from "./gc.ts";
import { jobHandlers } from "./jobs_api.ts";
import { metricHandlers } from "./metrics.ts";
import { namespaceHandlers } from "./namespaces.ts";
import { nodeHandlers } from "./node_api.ts";
import { pruneHandlers } from "./prune.ts";
import { remoteHandlers } from "./remotes.ts";
import { storeConfigHandlers } from "./stores_config.ts";
import { syncHandlers } from "./sync.ts";
import { taskHandlers } from "./task_api.ts";
import { verifyHandlers } from "./verify.ts";
import type { Handlers } from "./world.ts";

/** The methods that are simulated. */
export const handlers: Handlers = {
  ...accessHandlers,
  ...catalogHandlers,
  ...contentHandlers,
  ...contentWriteHandlers,
  ...datastoreHandlers,
  ...emptyHandlers,
  ...gcHandlers,
  ...jobHandlers,
  ...metricHandlers,
  ...namespaceHandlers,
  ...nodeHandlers,
  ...pruneHandlers,
  ...remoteHandlers,
  ...storeConfigHandlers,
  ...syncHandlers,
  ...taskHandlers,
  ...verifyHandlers,
};
