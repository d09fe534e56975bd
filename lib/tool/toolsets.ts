/** What tools are about, as the configuration, a token and a connection choose them. */
export const TOOLSETS = [
  "core",
  "guests",
  "backups",
  "storage",
  "cluster",
  "network",
  "api",
] as const;

/** `core` is what most work needs; each tool is also in one of the others. */
export type Toolset = typeof TOOLSETS[number];
