import { removeGroup } from "./content_writes.ts";
import { fail, forbid } from "./errors.ts";
import { aclPath, hasNamespace, may, namespacesBelow, noFile, usableStore } from "./stores.ts";
import type { Call, Handlers } from "./world.ts";

const deepest = 7;

function needModify({ params, state, who }: Call, parent: string): void {
  const path = aclPath(params.text("store"), parent);
  if (may(state, who, path, ["Datastore.Modify"])) return;
  forbid(`permission check failed - missing Datastore.Modify on ${path}`);
}

/** Making one that is there is no error. */
function create(call: Call): string {
  const { params, state } = call;
  const parent = params.text("parent");
  needModify(call, parent);
  const store = usableStore(state, params.text("store"), "write");
  const level = parent === "" ? 0 : parent.split("/").length;
  if (level >= deepest) fail(`namespace too deep, ${level} >= max ${deepest}`);
  if (!hasNamespace(store, parent)) {
    fail(`cannot create new namespace, parent ${parent} doesn't already exists`);
  }
  const ns = parent === "" ? params.text("name") : `${parent}/${params.text("name")}`;
  if (!hasNamespace(store, ns)) store.namespaces.push(ns);
  return ns;
}

function remove(call: Call): unknown {
  const { params, state } = call;
  const ns = params.text("ns");
  if (ns === "") fail("Cannot create/delete root namespace!");
  needModify(call, ns.split("/").slice(0, -1).join("/"));
  const store = usableStore(state, params.text("store"), "write");
  if (!hasNamespace(store, ns)) fail(noFile);
  const below = namespacesBelow(store, ns);
  const groups = store.groups.filter((group) => below.includes(group.ns));
  const removed = { "protected-snapshots": 0, "removed-groups": 0, "removed-snapshots": 0 };
  if (params.flag("delete-groups")) {
    for (const group of groups) {
      const taken = removeGroup(store, group);
      for (const key of Object.keys(removed) as (keyof typeof removed)[]) {
        removed[key] += taken[key];
      }
    }
  }
  const held = store.groups.filter((group) => below.includes(group.ns)).map((group) => group.ns);
  const isHeld = (one: string) => held.some((each) => each === one || each.startsWith(`${one}/`));
  store.namespaces = store.namespaces.filter((one) => !below.includes(one) || isHeld(one));
  if (held.length) {
    fail(
      removed["protected-snapshots"]
        ? "group only partially deleted due to protected snapshots"
        : "only partially deleted due to existing groups but `delete-groups` not true",
    );
  }
  return removed;
}

export const namespaceHandlers: Handlers = {
  "POST /admin/datastore/{store}/namespace": create,
  "DELETE /admin/datastore/{store}/namespace": remove,
};
