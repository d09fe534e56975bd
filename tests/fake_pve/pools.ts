import { may } from "./access.ts";
import type { Handlers } from "./world.ts";

export const poolHandlers: Handlers = {
  "GET /pools": ({ state, who }) =>
    [...state.pools.values()]
      .filter((pool) => may(state, who, `/pool/${pool.poolid}`, ["Pool.Audit"]))
      .map((pool) => ({ poolid: pool.poolid, ...(pool.comment ? { comment: pool.comment } : {}) })),
};
