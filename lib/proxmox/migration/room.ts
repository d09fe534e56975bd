import { number, type Resource } from "../api/values.ts";
import { gibText } from "../sizes.ts";

/** The memory that is free on the nodes where guests can go, less what was promised already. */
export class Room {
  /** In bytes; undefined where the node does not tell. */
  readonly #free: Map<string, number | undefined>;

  /** @param nodes rows of `/cluster/resources` */
  constructor(nodes: readonly Resource[]) {
    this.#free = new Map(nodes.map((row) => {
      const [used, total] = [number(row.mem), number(row.maxmem)];
      const free = used === undefined || total === undefined ? undefined : total - used;
      return [row.node ?? row.id, free];
    }));
  }

  /** The one with most room first. */
  get nodes(): string[] {
    const entries = [...this.#free].sort(([a, free], [b, other]) =>
      (other ?? -1) - (free ?? -1) || (a < b ? -1 : 1)
    );
    return entries.map(([node]) => node);
  }

  /** Why so many bytes do not fit there; undefined where they do, or where nobody can tell. */
  lacks(node: string, bytes: number): string | undefined {
    const free = this.#free.get(node) ?? Infinity;
    if (bytes <= free) return undefined;
    return `node ${node} has ${gibText(Math.max(0, free))} of memory free, it may use ${
      gibText(bytes)
    }`;
  }

  take(node: string, bytes: number): void {
    const free = this.#free.get(node);
    if (free !== undefined) this.#free.set(node, free - bytes);
  }
}
