import type { Kind } from "./fleet_driver_process.ts";
import { nameOf, stoppedOf, vmidOf } from "./fleet_guests.ts";

/** A call of a tool as a request carries it. */
export function bodyOf(name: string, args: Readonly<Record<string, unknown>> = {}): string {
  const params = { name, arguments: args };
  return JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
}

/** Calls about all clusters. */
export const LISTS = [
  { name: "get_vms, limit 50", tool: "get_vms", args: { limit: 50 } },
  { name: "get_vms, limit 500", tool: "get_vms", args: { limit: 500 } },
  { name: "find_guests", tool: "find_guests", args: { text: "load1050" } },
  { name: "get_attention", tool: "get_attention", args: {} },
] as const;

/** What a hundred people and programs do with a fleet of so many clusters, as guests of all of them. */
export function mixOn(clusters: number): readonly Kind[] {
  const some = Array.from({ length: 200 }, (_, at) => ({ cluster: at * 7 % clusters, at }));
  const vmids = some.map(({ cluster, at }) => vmidOf(cluster, at));
  const stopped = some.map(({ cluster, at }) => stoppedOf(cluster, at));
  return [
    { name: "get_vms, all", weight: 5, bodies: [bodyOf("get_vms", { limit: 50 })] },
    { name: "find_guests, all", weight: 5, bodies: [bodyOf("find_guests", { text: "load1050" })] },
    {
      name: "get_vms, one cluster",
      weight: 25,
      bodies: some.map(({ cluster }) => bodyOf("get_vms", { cluster: nameOf(cluster) })),
    },
    { name: "get_guest", weight: 35, bodies: vmids.map((vmid) => bodyOf("get_guest", { vmid })) },
    {
      name: "get_guest_config",
      weight: 25,
      bodies: vmids.map((vmid) => bodyOf("get_guest_config", { vmid })),
    },
    {
      name: "start_vm",
      weight: 5,
      bodies: stopped.map((vmid) => bodyOf("start_vm", { vmid, wait: false })),
    },
  ];
}
