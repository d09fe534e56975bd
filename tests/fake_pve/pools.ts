import { may } from "./access.ts";
import { die, refuse } from "./errors.ts";
import { storageStatus } from "./storage.ts";
import { usageOfGuest } from "./status.ts";
import { nameOf } from "./guests.ts";
import type { FakePool } from "./state.ts";
import { isOnNode } from "./volumes.ts";
import { type Call, type Handlers, needs } from "./world.ts";

function poolNamed(call: Call): FakePool {
  const id = call.params.text("poolid");
  return call.state.pools.get(id) ?? die(`pool '${id}' does not exist`);
}

function members(call: Call, pool: FakePool): unknown[] {
  const wanted = call.params.maybe("type");
  const guests = [...call.state.guests.values()].filter((guest) => guest.pool === pool.poolid).map(
    (guest) => {
      const { cpus, ...usage } = usageOfGuest(call.world, guest);
      return {
        id: `${guest.type}/${guest.vmid}`,
        type: guest.type,
        vmid: guest.vmid,
        node: guest.node,
        name: nameOf(guest),
        status: guest.status,
        maxcpu: cpus,
        ...usage,
      };
    },
  );
  const node = call.world.local;
  const storages = pool.storages.flatMap((id) => call.state.storages.get(id) ?? [])
    .filter((one) => isOnNode(one, node))
    .map((one) => ({
      id: `storage/${node}/${one.storage}`,
      type: "storage",
      storage: one.storage,
      node,
      status: storageStatus(call, one, node).active ? "available" : "unknown",
    }));
  return [...guests, ...storages].filter((one) => wanted === undefined || one.type === wanted);
}

function list(call: Call): unknown {
  const { state, who, params } = call;
  if (params.has("poolid")) {
    const pool = poolNamed(call);
    needs(call, `/pool/${pool.poolid}`, ["Pool.Audit"]);
    return [{ poolid: pool.poolid, comment: pool.comment, members: members(call, pool) }];
  }
  return [...state.pools.values()]
    .filter((pool) => may(state, who, `/pool/${pool.poolid}`, ["Pool.Audit"]))
    .map((pool) => ({ poolid: pool.poolid, ...(pool.comment ? { comment: pool.comment } : {}) }));
}

function update(call: Call): null {
  const { params, state } = call;
  const pool = poolNamed(call);
  const remove = params.flag("delete");
  if (params.has("comment")) pool.comment = params.text("comment");
  for (const id of params.list("vms").map(Number)) {
    const guest = state.guests.get(id) ?? die(`VM ${id} does not exist`);
    if (remove) {
      if (guest.pool !== pool.poolid) die(`VM ${id} is not a pool member`);
      delete guest.pool;
      continue;
    }
    if (guest.pool === pool.poolid) die(`VM ${id} is already a pool member`);
    if (guest.pool !== undefined && !params.flag("allow-move")) {
      die(`VM ${id} belongs already to pool '${guest.pool}' and 'allow-move' is not set`);
    }
    guest.pool = pool.poolid;
  }
  for (const id of params.list("storage")) {
    if (!state.storages.has(id)) die(`storage '${id}' does not exist`);
    const held = pool.storages.includes(id);
    if (remove && !held) die(`Storage '${id}' is not a pool member`);
    if (!remove && held) die(`Storage '${id}' is already a pool member`);
    pool.storages = remove ? pool.storages.filter((one) => one !== id) : [...pool.storages, id];
  }
  return null;
}

function remove(call: Call): null {
  const pool = poolNamed(call);
  const used = [...call.state.guests.values()].some((guest) => guest.pool === pool.poolid);
  if (used || pool.storages.length) die(`pool '${pool.poolid}' is not empty`);
  call.state.pools.delete(pool.poolid);
  return null;
}

export const poolHandlers: Handlers = {
  "GET /pools": list,
  "POST /pools": (call) => {
    const poolid = call.params.text("poolid");
    if (call.state.pools.has(poolid)) die(`pool '${poolid}' already exists`);
    const parent = poolid.split("/").slice(0, -1).join("/");
    if (parent && !call.state.pools.has(parent)) {
      refuse({ poolid: `parent '${parent}' of pool '${poolid}' does not exist` });
    }
    call.state.pools.set(poolid, { poolid, comment: call.params.text("comment"), storages: [] });
    return null;
  },
  "PUT /pools": update,
  "DELETE /pools": remove,
  "GET /pools/{poolid}": (call) => {
    const pool = poolNamed(call);
    return { ...(pool.comment ? { comment: pool.comment } : {}), members: members(call, pool) };
  },
  "PUT /pools/{poolid}": update,
  "DELETE /pools/{poolid}": remove,
};
