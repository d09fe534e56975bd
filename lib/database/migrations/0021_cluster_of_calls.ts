import type { Migration } from "./migration.ts";

const STATEMENTS = [
  "ALTER TABLE proxmox_mcp_token_limits ADD COLUMN clusters text NULL",
  "ALTER TABLE proxmox_mcp_audit ADD COLUMN cluster text NOT NULL DEFAULT ''",
];

/** Which of several clusters a call was about, and which a token reaches; null stands for all. */
export const CLUSTER_OF_CALLS: Migration = {
  version: 21,
  name: "cluster of calls",
  changes: [
    {
      action: "add columns to the tables proxmox_mcp_token_limits and proxmox_mcp_audit",
      done: [
        "added the column clusters to table proxmox_mcp_token_limits",
        "added the column cluster to table proxmox_mcp_audit",
      ],
      sqlite: STATEMENTS,
      postgres: STATEMENTS,
    },
  ],
};
