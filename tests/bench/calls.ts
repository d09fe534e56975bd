/** What is measured, and what a bare handler would do in its place. */
export interface Call {
  readonly name: string;
  readonly method: string;
  /** Sent in turns: one guest can only be changed by one call at a time. */
  readonly params: readonly unknown[];
  /** Path of the bare handler; `/static` stands for a text as long as the program's answer. */
  readonly bare: string;
  /** Guests of the cluster that it is about. */
  readonly guests: 100 | 1000;
  /** Measured without sharing what is read, too. */
  readonly unshared?: true;
}

export interface Stopped {
  readonly vmid: number;
  readonly node: string;
}

const API = "api2/json";

/** @param stopped VMs that can be started */
export function callsOn(stopped: readonly [Stopped, ...Stopped[]]): readonly Call[] {
  const resources = `/GET/${API}/cluster/resources`;
  const [{ vmid, node }] = stopped;
  const guest = `${API}/nodes/${node}/qemu/${vmid}`;
  const tool = (name: string, args: Record<string, unknown> = {}) => ({
    method: "tools/call",
    params: [{ name, arguments: args }],
  });
  return [
    {
      name: "get_vms, first page",
      ...tool("get_vms"),
      bare: resources,
      guests: 1000,
      unshared: true,
    },
    {
      name: "get_vms, limit 500",
      ...tool("get_vms", { limit: 500 }),
      bare: resources,
      guests: 1000,
    },
    {
      name: "get_vm_usage",
      ...tool("get_vm_usage", { vmid }),
      bare: `/GET/${guest}/status/current`,
      guests: 1000,
    },
    { name: "get_nodes", ...tool("get_nodes"), bare: resources, guests: 1000 },
    { name: "health", ...tool("health"), bare: `/GET/${API}/cluster/status`, guests: 1000 },
    {
      name: "start_vm, wait: false",
      method: "tools/call",
      params: stopped.map(({ vmid }) => ({
        name: "start_vm",
        arguments: { vmid, wait: false },
      })),
      bare: `/POST/${guest}/status/start`,
      guests: 1000,
    },
    {
      name: "tools/list",
      method: "tools/list",
      params: [undefined],
      bare: "/static",
      guests: 1000,
    },
    {
      name: "get_attention, 100 guests",
      ...tool("get_attention"),
      bare: `/GET/${API}/cluster/resources`,
      guests: 100,
    },
  ];
}
