import { may } from "./access.ts";
import type { FakeStorage } from "./state.ts";
import { splitList } from "./validate.ts";
import { isOnNode, usableStorage, usageOf } from "./volumes.ts";
import type { Call, Handlers } from "./world.ts";

export const seen = ["Datastore.Audit", "Datastore.AllocateSpace"];

function storageStatus(
  call: Call,
  storage: FakeStorage,
  node: string,
): Record<string, unknown> {
  const active = !storage.disabled && !storage.inactive.includes(node) &&
    storage.server?.reachable() !== false;
  const { used, avail } = usageOf(call.state, storage, node);
  return {
    type: storage.type,
    content: storage.content.join(","),
    shared: storage.shared ? 1 : 0,
    enabled: storage.disabled ? 0 : 1,
    active: active ? 1 : 0,
    total: active ? storage.total : 0,
    used: active ? used : 0,
    avail: active ? avail : 0,
  };
}

function list(call: Call): unknown {
  const { params, state, who } = call;
  const node = params.text("node");
  const wanted = splitList(params.text("content"));
  const target = params.maybe("target");
  return [...state.storages.values()]
    .filter((one) => isOnNode(one, node) && (target === undefined || isOnNode(one, target)))
    .filter((one) => may(state, who, `/storage/${one.storage}`, seen, true))
    .filter((one) => !params.has("storage") || one.storage === params.text("storage"))
    .filter((one) => !params.flag("enabled") || !one.disabled)
    .filter((one) => !wanted.length || wanted.some((content) => one.content.includes(content)))
    .map((one) => {
      const status = storageStatus(call, one, node);
      const total = Number(status.total);
      return {
        storage: one.storage,
        ...status,
        ...(total > 0 ? { used_fraction: Number(status.used) / total } : {}),
      };
    });
}

/** What the storage's own server calls itself, which no other kind of storage has. */
function identity({ params, state }: Call): unknown {
  const storage = usableStorage(state, params.text("storage"), params.text("node"));
  const { server, type } = storage;
  return server ? { type, id: server.identity() } : { type, id: storage.storage };
}

export const storageHandlers: Handlers = {
  "GET /nodes/{node}/storage": list,
  "GET /nodes/{node}/storage/{storage}/identity": identity,
};
