import { flag, number, text } from "../api/values.ts";
import type { GuestType } from "../guest/directory.ts";
import { instead } from "../known.ts";
import type { Pve } from "../pve.ts";
import { gibText } from "../sizes.ts";

/**
 * Requires that a node's storages can take these volumes.
 *
 * @returns their names, each once
 */
export async function requireStorages(
  pve: Pve,
  { cluster, node, type, volumes }: {
    cluster: string;
    node: string;
    type: GuestType;
    volumes: readonly { readonly to: string; readonly bytes: number }[];
  },
): Promise<string[]> {
  const rows = await pve.list("/nodes/{node}/storage", { node });
  const content = type === "qemu" ? "images" : "rootdir";
  const where = `node ${node} of cluster ${cluster}`;
  const fitting = rows.filter((row) => (text(row.content) ?? "").split(",").includes(content))
    .map((row) => String(row.storage)).sort();
  const wanted = Map.groupBy(volumes, ({ to }) => to);
  for (const [to, each] of wanted) {
    const row = rows.find(({ storage }) => storage === to);
    const bytes = each.reduce((sum, volume) => sum + volume.bytes, 0);
    const free = number(row?.avail);
    const reason = row === undefined
      ? `${where} has no storage ${to}${instead(to, fitting)}`
      : !fitting.includes(to)
      ? `storage ${to} on ${where} does not take ${content}${instead(to, fitting)}`
      : !flag(row.active)
      ? `storage ${to} on ${where} is not active`
      : free !== undefined && free < bytes
      ? `storage ${to} on ${where} has ${gibText(free)} free, it takes ${gibText(bytes)}`
      : undefined;
    pve.check(`storage ${to} on ${where} can take it`, reason === undefined, reason ?? "");
  }
  return [...wanted.keys()];
}
