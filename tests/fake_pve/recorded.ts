import type { Schema } from "./contract.ts";

/** By place in the answer, such as `[].digest`: what is laid over the description there. */
export type Exceptions = Readonly<Record<string, Partial<Schema>>>;

const text = { type: "string" };
const any = { type: "any" };
const pressure = ["cpu", "io", "memory"].flatMap((what) => [
  [`pressure${what}some`, text],
  [`pressure${what}full`, text],
]);

/** Where a recording of a real cluster contradicts the description, the recording wins. */
export const recorded: Readonly<Record<string, Exceptions>> = {
  // requests.txt, "next id"
  "GET /cluster/nextid": { "": text },
  // hotplug.txt and container.txt, "pending"
  "GET /nodes/{node}/qemu/{vmid}/pending": { "[].value": any, "[].pending": any },
  "GET /nodes/{node}/lxc/{vmid}/pending": { "[].value": any, "[].pending": any },
  // container.txt, "running": unlike a VM's
  "GET /nodes/{node}/lxc/{vmid}/status/current": Object.fromEntries(pressure),
  // more.txt; null for a stopped one was seen without being recorded
  "GET /nodes/{node}/lxc/{vmid}/interfaces": {
    "": { nullable: true },
    "[].ip-addresses[].prefix": text,
  },
  // Seen without being recorded
  "POST /nodes/{node}/lxc/{vmid}/termproxy": { port: text },
  // migrate.txt, "running VM": unused disks have no size
  "GET /nodes/{node}/qemu/{vmid}/migrate": { "local_disks[].size": { optional: 1 } },
  // sdn.txt, "new zone, not applied"
  "GET /cluster/sdn/zones": { "[].digest": { nullable: true } },
  "GET /cluster/sdn/vnets": { "[].digest": { nullable: true } },
  // more.txt
  "GET /nodes/{node}/storage/{storage}/content": { "[].parent": { nullable: true } },
};
