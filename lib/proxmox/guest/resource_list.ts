import { garbled } from "../api/failures.ts";
import { checkedRows, leftOutText } from "../api/rows.ts";
import { type Resource, resourceOf } from "../api/values.ts";

/** What Proxmox answers to `/cluster/resources`, as far as it can be read. */
export interface ResourceList {
  readonly rows: Resource[];
  /** What is missing in it. */
  readonly warning: string | undefined;
}

/** @throws AppError for what is no list of resources */
export function resourceListOf(data: unknown): ResourceList {
  const checked = checkedRows("/cluster/resources", data);
  if (!checked) throw garbled("Proxmox's list of resources is not a list that can be read");
  const all = checked.rows.map(resourceOf);
  const rows = all.filter(isWhole);
  if (all.length > 0 && rows.length === 0) {
    throw garbled("Proxmox's list of resources has no row that can be read");
  }
  const leftOut = checked.leftOut + all.length - rows.length;
  const warning = leftOut === 0 ? undefined : leftOutText("/cluster/resources", leftOut);
  return { rows, warning };
}

/** A row that says what it is, and a guest which one and where. */
function isWhole({ node, type, vmid }: Resource): boolean {
  if (type !== "qemu" && type !== "lxc") return type !== "";
  return vmid !== undefined && node !== undefined;
}
