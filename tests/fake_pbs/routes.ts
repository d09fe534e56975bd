import { contentHandlers } from "./content_api.ts";
import { datastoreHandlers } from "./datastore_api.ts";
import { nodeHandlers } from "./node_api.ts";
import { taskHandlers } from "./task_api.ts";
import type { Handlers } from "./world.ts";

/** The methods that are simulated. */
export const handlers: Handlers = {
  ...contentHandlers,
  ...datastoreHandlers,
  ...nodeHandlers,
  ...taskHandlers,
};
