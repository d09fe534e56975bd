import { redactValue } from "../../log/redact.ts";
import { type GuestConfig, isRecord, type Row, text } from "../api/values.ts";
import { readPlacement } from "../cluster/ha.ts";
import { readConfig } from "../guest/config.ts";
import type { Guest } from "../guest/directory.ts";
import { describeConfig } from "../guest/guest_config.ts";
import type { Pve } from "../pve.ts";
import { type Content, OBJECTS } from "./content.ts";
export type Placed = Pick<Guest, "node" | "type" | "vmid">;

/** An object to be looked at. */
export interface Looked {
  readonly object: string;
  readonly read: () => Promise<Content>;
}

/** Of a configuration file, not of the guest: it changes with every snapshot and lock. */
const FLEETING = new Set(["digest", "lock"]);
/** Lists in which the order means nothing, and is not always the same. */
const SETS = new Set(["content", "nodes", "resources"]);

/** A guest's settings as its configuration holds them, without its secrets, and where it is. */
export async function lookAtGuest(pve: Pve, guest: Placed): Promise<Content> {
  return guestContent(guest, await readConfig(pve, guest));
}

/** The same of a configuration that was read. */
export function guestContent({ node, type }: Placed, config: GuestConfig): Content {
  const kept = Object.entries(config).filter(([key]) => !FLEETING.has(key));
  return { ...textsOf(describeConfig(Object.fromEntries(kept))), node, type };
}

/** What is kept of a guest. */
export function objectsOfGuest(pve: Pve, guest: Placed): Looked[] {
  return [
    { object: OBJECTS.guest(guest.vmid), read: () => lookAtGuest(pve, guest) },
    {
      object: OBJECTS.guestFirewall(guest.vmid),
      read: async () =>
        firewall(
          await pve.get("/nodes/{node}/{type}/{vmid}/firewall/options", guest),
          await pve.list("/nodes/{node}/{type}/{vmid}/firewall/rules", guest),
        ),
    },
  ];
}

/** What is kept of a node. */
export function objectsOfNode(pve: Pve, node: string): Looked[] {
  return [{
    object: OBJECTS.nodeFirewall(node),
    read: async () =>
      firewall(
        await pve.get("/nodes/{node}/firewall/options", { node }),
        await pve.list("/nodes/{node}/firewall/rules", { node }),
      ),
  }];
}

/** What is kept of the cluster as a whole. */
export function objectsOfCluster(pve: Pve): Looked[] {
  return [
    {
      object: OBJECTS.clusterFirewall,
      read: async () =>
        firewall(
          await pve.get("/cluster/firewall/options"),
          await pve.list("/cluster/firewall/rules"),
        ),
    },
    {
      object: OBJECTS.storages,
      read: async () => named(await pve.list("/storage"), (row) => text(row.storage) ?? ""),
    },
    {
      object: OBJECTS.ha,
      read: async () => ({
        ...named(await pve.list("/cluster/ha/resources"), (row) => `resource ${text(row.sid)}`),
        ...named(
          (await readPlacement(pve)).rows,
          (row) => `rule ${text(row.rule) ?? text(row.group)}`,
        ),
      }),
    },
    {
      object: OBJECTS.permissions,
      read: async () => permissions(await pve.list("/access/acl")),
    },
  ];
}

function firewall(options: Row, rules: readonly Row[]): Content {
  return {
    ...named([options], () => "option"),
    ...(rules.length === 0 ? {} : { rules: rules.map(ruleText) }),
  };
}

/** `in ACCEPT dport=22 enable=1 proto=tcp`. */
function ruleText(row: Row): string {
  const { pos: _, digest: _digest, errors: _errors, type, action, ...others } = textsOf(row);
  const parts = Object.entries(others).map(([key, value]) => `${key}=${value}`).sort();
  return [type, action, ...parts].join(" ");
}

/** `local content` is `backup,iso`, for each field of each row. */
function named(rows: readonly Row[], nameOf: (row: Row) => string): Content {
  return Object.fromEntries(
    rows.flatMap((row) =>
      Object.entries(textsOf(row)).filter(([key]) => key !== "digest").map(([key, value]) => [
        `${nameOf(row)} ${key}`,
        SETS.has(key) ? value.split(/[,\s]+/).sort().join(",") : value,
      ])
    ),
  );
}

function permissions(rows: readonly Row[]): Content {
  return Object.fromEntries(rows.map((row) => {
    const { path, type, ugid, roleid, propagate = "1" } = textsOf(row);
    return [`${path} ${type} ${ugid} ${roleid}`, propagate === "1" ? "propagates" : "here only"];
  }));
}

/** An object's values as text, without secrets. */
function textsOf(row: Row): Record<string, string> {
  const clean = redactValue(row);
  return Object.fromEntries(
    Object.entries(isRecord(clean) ? clean : {}).map(([key, value]) => [
      key,
      typeof value === "object" ? JSON.stringify(value) : String(value),
    ]),
  );
}
