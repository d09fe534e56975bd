import { die } from "./errors.ts";
import { haSid, sha1 } from "./guests.ts";
import { asBytes, writtenBeside } from "./letters.ts";
import type { FakeGuest, FakeHaResource } from "./state.ts";
import type { Call, Handlers } from "./world.ts";

type Row = Record<string, unknown>;

export function guestFor(call: Call, sid: string): FakeGuest | undefined {
  const [kind, vmid] = sid.split(":");
  const guest = call.state.guests.get(Number(vmid));
  return guest && (guest.type === "qemu") === (kind === "vm") ? guest : undefined;
}

/** `SectionConfig::assert_if_modified`. */
export function assertDigest({ params }: Call, digest: string): void {
  if (!params.has("digest") || params.text("digest") === digest) return;
  die("detected modified configuration - file changed by other user? Try again.");
}

/** A bare vmid is taken for the guest that there is. */
function sidOf(call: Call): string {
  const sid = call.params.text("sid");
  if (sid.includes(":")) return sid;
  const guest = call.state.guests.get(Number(sid));
  return guest ? haSid(guest) : `vm:${sid}`;
}

function digestOf({ state }: Call): string {
  return sha1(JSON.stringify([...state.ha.resources]));
}

/** What was not given is absent (ha.txt). */
function row(call: Call, { failback, reported: _reported, ...resource }: FakeHaResource): Row {
  return {
    ...resource,
    type: resource.sid.split(":")[0],
    ...(resource.comment === undefined ? {} : { comment: asBytes(resource.comment) }),
    ...(failback === undefined ? {} : { failback: Number(failback) }),
    digest: digestOf(call),
  };
}

function known(call: Call): FakeHaResource {
  const sid = sidOf(call);
  return call.state.ha.resources.get(sid) ?? die(`no such resource '${sid}'`);
}

function save(call: Call, before: FakeHaResource): null {
  const { params, state, world } = call;
  const { delete: _delete, digest: _digest, type: _type, sid: _sid, ...given } = params.values;
  if (params.has("group")) {
    if (!world.version8()) {
      die("invalid parameter 'group': ha groups have been migrated to rules");
    }
    const group = params.text("group");
    if (!state.ha.groups.has(group)) die(`HA group '${group}' does not exist`);
  }
  const after: Row = { ...before };
  for (const [key, value] of Object.entries(given)) {
    after[key] = typeof value === "boolean" ? Number(value) : value;
  }
  if (after.state === "enabled") after.state = "started";
  for (const key of params.list("delete")) delete after[key];
  if (params.has("comment")) {
    const others = [...state.ha.resources.values()].filter(({ sid }) => sid !== before.sid);
    after.comment = writtenBeside(params.text("comment"), others as unknown as Row[], "comment");
  }
  state.ha.resources.set(before.sid, after as unknown as FakeHaResource);
  return null;
}

export const resourceHandlers: Handlers = {
  "GET /cluster/ha/resources": (call) =>
    [...call.state.ha.resources.values()].map((one) => row(call, one))
      .filter(({ type }) => !call.params.has("type") || call.params.text("type") === type),
  "GET /cluster/ha/resources/{sid}": (call) => row(call, known(call)),
  "POST /cluster/ha/resources": (call) => {
    const sid = sidOf(call);
    if (!guestFor(call, sid)) die(`resource '${sid}' does not exist in cluster`);
    if (call.state.ha.resources.has(sid)) {
      die(`create resource failed: resource ID '${sid}' already defined`);
    }
    return save(call, { sid, state: "started" });
  },
  "PUT /cluster/ha/resources/{sid}": (call) => {
    const before = known(call);
    assertDigest(call, digestOf(call));
    return save(call, before);
  },
  "DELETE /cluster/ha/resources/{sid}": (call) => {
    const sid = sidOf(call);
    const { ha } = call.state;
    if (!ha.resources.delete(sid)) die(`cannot delete service '${sid}', not HA managed!`);
    if (call.params.has("purge") && !call.params.flag("purge")) return null;
    for (const [name, rule] of ha.rules) {
      const rest = String(rule.resources).split(",").filter((one) => one !== sid);
      if (rest.length) rule.resources = rest.join(",");
      else ha.rules.delete(name);
    }
    return null;
  },
};
