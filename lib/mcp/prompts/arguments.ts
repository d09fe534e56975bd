import type { PromptArgument } from "./prompt.ts";

export const NODE: PromptArgument = {
  name: "node",
  description: { en: "The node's name", tr: "Düğümün adı" },
  required: true,
  variable: "node",
};

export const CLUSTER: PromptArgument = {
  name: "cluster",
  description: { en: "One of the clusters", tr: "Kümelerden biri" },
  required: false,
  variable: "cluster",
};

export const GUEST: PromptArgument = {
  name: "guest",
  description: {
    en: "The VM or container, by vmid or unique name",
    tr: "VM ya da konteyner: vmid'si veya tek olan adı",
  },
  required: true,
  variable: "vmid",
};
