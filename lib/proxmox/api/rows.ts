import type { ListPath, RowOf } from "./types.ts";
import { isRecord, withoutNulls } from "./values.ts";

/** The field without which a row means nothing, for each list that is read. */
const KEYS = {
  "/access/acl": "path",
  "/access/domains": "realm",
  "/access/groups": "groupid",
  "/access/roles": "roleid",
  "/access/users": "userid",
  "/cluster/backup": "id",
  "/cluster/config/nodes": "node",
  "/cluster/firewall/groups": "group",
  "/cluster/firewall/groups/{group}": "pos",
  "/cluster/firewall/macros": "macro",
  "/cluster/firewall/refs": "name",
  "/cluster/firewall/rules": "pos",
  "/cluster/ha/groups": "group",
  "/cluster/ha/resources": "sid",
  "/cluster/ha/rules": "rule",
  "/cluster/ha/status/current": "id",
  "/cluster/jobs/schedule-analyze": "timestamp",
  "/cluster/log": "uid",
  "/cluster/replication": "id",
  "/cluster/resources": "id",
  "/cluster/sdn/vnets": "vnet",
  "/cluster/sdn/vnets/{vnet}/subnets": "cidr",
  "/cluster/sdn/zones": "zone",
  "/cluster/status": "id",
  "/cluster/tasks": "upid",
  "/nodes": "node",
  "/nodes/{node}/aplinfo": "template",
  "/nodes/{node}/apt/update": "Package",
  "/nodes/{node}/apt/versions": "Package",
  "/nodes/{node}/certificates/info": "filename",
  "/nodes/{node}/disks/list": "devpath",
  "/nodes/{node}/disks/lvmthin": "lv",
  "/nodes/{node}/disks/zfs": "name",
  "/nodes/{node}/firewall/rules": "pos",
  "/nodes/{node}/network": "iface",
  "/nodes/{node}/replication": "id",
  "/nodes/{node}/rrddata": "time",
  "/nodes/{node}/services": "service",
  "/nodes/{node}/storage": "storage",
  "/nodes/{node}/storage/{storage}/content": "volid",
  "/nodes/{node}/storage/{storage}/rrddata": "time",
  "/nodes/{node}/syslog": "t",
  "/nodes/{node}/tasks": "upid",
  "/nodes/{node}/tasks/{upid}/log": "t",
  "/nodes/{node}/{type}/{vmid}/firewall/refs": "name",
  "/nodes/{node}/{type}/{vmid}/firewall/rules": "pos",
  "/nodes/{node}/{type}/{vmid}/pending": "key",
  "/nodes/{node}/{type}/{vmid}/rrddata": "time",
  "/nodes/{node}/{type}/{vmid}/snapshot": "name",
  "/pools": "poolid",
  "/storage": "storage",
} as const satisfies { readonly [P in ListPath]?: keyof RowOf<P> };

/** A list that can be read: one whose rows' key is known. */
export type KeyedPath = keyof typeof KEYS;

/**
 * The rows of an answer that can be used. Proxmox has been seen to send `null` rows and rows without
 * their key; one such row must not cost the others.
 *
 * @returns undefined when the answer is no list, or one of which no row can be used
 */
export function checkedRows<P extends KeyedPath>(
  path: P,
  data: unknown,
): { rows: RowOf<P>[]; leftOut: number } | undefined {
  if (!Array.isArray(data)) return undefined;
  const key = KEYS[path];
  const rows = data.filter((row) => isRecord(row) && isKey(row[key])).map(withoutNulls);
  if (rows.length === 0 && data.length > 0) return undefined;
  return { rows: rows as RowOf<P>[], leftOut: data.length - rows.length };
}

/** What to tell of rows that were left out. */
export function leftOutText(path: string, leftOut: number): string {
  const rows = leftOut === 1 ? "one row" : `${leftOut} rows`;
  return `Proxmox's answer to ${path} has ${rows} that cannot be read and ${
    leftOut === 1 ? "is" : "are"
  } left out`;
}

/** A key is text or a number; a line of a log may be empty. */
function isKey(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number";
}
