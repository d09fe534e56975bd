import { held } from "./access.ts";
import { forbid } from "./errors.ts";
import type { FakeDatastore } from "./state.ts";
import {
  aclPath,
  backupTypes,
  hindrance,
  isAway,
  may,
  namespacesBelow,
  owns,
  seesOnlyBelow,
  usableStore,
  usageOf,
} from "./stores.ts";
import { type Call, type Handlers, unordered } from "./world.ts";

const seen = ["Datastore.Audit", "Datastore.Backup"];
const backend = { "backend-type": "filesystem" };

/** What is not removable has always been there. */
function mountOf({ mount = "nonremovable" }: FakeDatastore) {
  return { "mount-status": mount };
}

function list(call: Call): unknown {
  const { state, who } = call;
  return unordered([...state.datastores.values()].flatMap((store) => {
    const { config } = store;
    const whole = may(state, who, aclPath(config.name), seen);
    if (!whole && !seesOnlyBelow(call, config.name)) return [];
    const mode = config["maintenance-mode"];
    return [{
      ...backend,
      comment: whole ? config.comment ?? null : null,
      ...(whole && mode !== undefined ? { maintenance: mode } : {}),
      ...mountOf(store),
      store: config.name,
    }];
  }));
}

/** What a datastore's overview counts for one who may see all of it, or what is theirs. */
function counts(call: Call, store: FakeDatastore): Record<string, unknown> {
  const { state, who } = call;
  const groups = store.groups.filter((group) => {
    const privs = held(state, who, aclPath(store.config.name, group.ns));
    return privs.has("Datastore.Audit") ||
      (privs.has("Datastore.Backup") && owns(who, group.owner));
  });
  const of = (type: string) => {
    const here = groups.filter((group) => group.type === type);
    const snapshots = here.reduce((sum, group) => sum + group.snapshots.length, 0);
    return here.length ? { groups: here.length, snapshots } : null;
  };
  return { ...Object.fromEntries(backupTypes.map((type) => [type, of(type)])), other: null };
}

function status(call: Call): unknown {
  const { params, state, who } = call;
  const name = params.text("store");
  const whole = may(state, who, aclPath(name), [...seen, "Datastore.Read"]);
  const sizes = may(state, who, aclPath(name), seen);
  if (!whole && !seesOnlyBelow(call, name)) forbid();
  const store = usableStore(state, name, "read");
  return {
    ...(sizes ? usageOf(store) : { total: 0, used: 0, avail: 0 }),
    ...backend,
    ...(params.flag("verbose")
      ? { counts: counts(call, store), ...(sizes ? { "gc-status": { ...store.gc } } : {}) }
      : {}),
  };
}

function usage(call: Call): unknown {
  const { state, who, world } = call;
  return unordered([...state.datastores.values()].flatMap((store) => {
    const { name } = store.config;
    const row = { ...backend, ...mountOf(store), store: name };
    if (!may(state, who, aclPath(name), seen)) return seesOnlyBelow(call, name) ? [row] : [];
    if (isAway(store)) return [row];
    const error = hindrance(store, "read");
    if (error !== undefined) return [{ ...row, error }];
    const { fullInSeconds, history, historyStep } = store;
    return [{
      ...row,
      ...usageOf(store),
      "gc-status": { ...store.gc },
      history: [...history],
      "history-start": world.seconds() - history.length * historyStep,
      "history-delta": historyStep,
      ...(fullInSeconds === undefined ? {} : {
        "estimated-full-date": fullInSeconds === 0 ? 0 : world.seconds() + fullInSeconds,
      }),
    }];
  }));
}

function namespaces(call: Call): unknown {
  const { params, state, who } = call;
  const name = params.text("store");
  const parent = params.text("parent");
  const any = ["Datastore.Audit", "Datastore.Modify", "Datastore.Backup"];
  if (!may(state, who, aclPath(name, parent), any) && !seesOnlyBelow(call, name)) {
    forbid(`permission check failed - missing ${any.join("|")} on ${aclPath(name, parent)}`);
  }
  const store = usableStore(state, name, "read");
  return namespacesBelow(store, parent, params.number("max-depth"))
    .filter((ns) => may(state, who, aclPath(name, ns), any))
    .map((ns) => ({ ns }));
}

const base = "/admin/datastore/{store}";

export const datastoreHandlers: Handlers = {
  "GET /admin/datastore": list,
  "GET /status/datastore-usage": usage,
  [`GET ${base}/status`]: status,
  [`GET ${base}/namespace`]: namespaces,
  [`GET ${base}/active-operations`]: ({ params, state }) => {
    const store = usableStore(state, params.text("store"), "read");
    const writing = store.groups.flatMap((group) => group.snapshots).filter((one) => one.running);
    return { read: 0, write: writing.length };
  },
};
