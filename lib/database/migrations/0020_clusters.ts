import type { Migration } from "./migration.ts";

const REHEARSALS = [
  "ALTER TABLE proxmox_mcp_rehearsal ADD COLUMN cluster varchar(64) NOT NULL DEFAULT 'default'",
];

/**
 * A guest's number is its own in one cluster only: what is kept of guests names the cluster. What was there
 * before is of the one that `proxmox` names.
 */
export const CLUSTERS: Migration = {
  version: 20,
  name: "clusters",
  changes: [
    {
      action: "add a column to the table proxmox_mcp_rehearsal",
      done: ["added the column cluster to table proxmox_mcp_rehearsal"],
      sqlite: REHEARSALS,
      postgres: REHEARSALS,
    },
    {
      action: "add a column to the table proxmox_mcp_history",
      done: ["added the column cluster to table proxmox_mcp_history"],
      // SQLite cannot change the primary key of a table that is there.
      sqlite: [
        `CREATE TABLE proxmox_mcp_history_by_cluster (
          cluster text NOT NULL DEFAULT 'default',
          object text NOT NULL,
          seen_from integer NOT NULL,
          seen_until integer NOT NULL,
          content text NULL,
          PRIMARY KEY (cluster, object, seen_from))`,
        `INSERT INTO proxmox_mcp_history_by_cluster (object, seen_from, seen_until, content)
          SELECT object, seen_from, seen_until, content FROM proxmox_mcp_history`,
        "DROP TABLE proxmox_mcp_history",
        "ALTER TABLE proxmox_mcp_history_by_cluster RENAME TO proxmox_mcp_history",
        "CREATE INDEX proxmox_mcp_history_time ON proxmox_mcp_history (seen_from)",
      ],
      postgres: [
        "ALTER TABLE proxmox_mcp_history ADD COLUMN cluster varchar(64) NOT NULL DEFAULT 'default'",
        "ALTER TABLE proxmox_mcp_history DROP CONSTRAINT proxmox_mcp_history_pkey",
        "ALTER TABLE proxmox_mcp_history ADD PRIMARY KEY (cluster, object, seen_from)",
      ],
    },
  ],
};
