import { createTable, type Migration } from "./migration.ts";

/**
 * How objects of the cluster were: a row for each state of one, `content` null while there was no such
 * object. It was seen like that from `seen_from` to `seen_until`, both in Unix milliseconds.
 */
export const HISTORY: Migration = {
  version: 13,
  name: "history",
  changes: [
    createTable("proxmox_mcp_history", {
      sqlite: [
        `CREATE TABLE proxmox_mcp_history (
          object text NOT NULL,
          seen_from integer NOT NULL,
          seen_until integer NOT NULL,
          content text NULL,
          PRIMARY KEY (object, seen_from))`,
        "CREATE INDEX proxmox_mcp_history_time ON proxmox_mcp_history (seen_from)",
      ],
      postgres: [
        `CREATE TABLE proxmox_mcp_history (
          object varchar(200) NOT NULL,
          seen_from bigint NOT NULL,
          seen_until bigint NOT NULL,
          content text NULL,
          PRIMARY KEY (object, seen_from))`,
        "CREATE INDEX proxmox_mcp_history_time ON proxmox_mcp_history (seen_from)",
      ],
    }),
  ],
};
