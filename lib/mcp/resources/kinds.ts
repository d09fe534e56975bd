import type { ResourceKind, Values } from "./kind.ts";

const ofGuest = {
  input: ({ vmid }: Values) => ({ vmid }),
  concerns: (row: { vmid?: number; name?: string }, { vmid }: Values) =>
    row.vmid !== undefined && (String(row.vmid) === vmid || row.name === vmid),
};

/** All kinds of resources. */
export const RESOURCE_KINDS: readonly ResourceKind[] = [
  {
    template: "pve://cluster",
    name: "cluster",
    title: "Cluster",
    description: "The cluster's name, quorum, and which nodes are online",
    tool: "get_cluster_status",
    input: () => ({}),
    concerns: ({ type }) => type === "node",
  },
  {
    template: "pve://attention",
    name: "attention",
    title: "What needs attention",
    description: "What is wrong or soon will be, worst first",
    tool: "get_attention",
    input: () => ({}),
    concerns: () => true,
  },
  {
    template: "pve://nodes/{node}",
    name: "node",
    title: "Node",
    description: "A node's load, memory, root disk, kernel and Proxmox version",
    tool: "get_node_status",
    input: ({ node }) => ({ node }),
    concerns: (row, { node }) => row.type === "node" && row.node === node,
  },
  {
    template: "pve://guests/{vmid}",
    name: "guest",
    title: "Guest",
    description: "All about a VM or container, by its vmid or unique name",
    tool: "get_guest",
    ...ofGuest,
  },
  {
    template: "pve://guests/{vmid}/config",
    name: "guest_config",
    title: "Guest configuration",
    description: "The configuration of a VM or container, by its vmid or unique name",
    tool: "get_guest_config",
    ...ofGuest,
  },
  {
    template: "pve://tasks/{upid}",
    name: "task",
    title: "Task",
    description: "How a task stands, and the end of its log",
    tool: "get_task",
    input: ({ upid }) => ({ upid }),
  },
  {
    template: "pve://storage/{node}/{storage}",
    name: "storage",
    title: "Storage",
    description: "A storage as a node sees it: type, contents and space",
    tool: "get_storage",
    input: ({ node }) => ({ node, limit: 500 }),
    part: ({ storages }, { storage }) =>
      Array.isArray(storages) ? storages.find((row) => row.storage === storage) : undefined,
    concerns: (row, { node, storage }) =>
      row.type === "storage" && row.node === node && row.storage === storage,
  },
];
