import type { Migration } from "./migration.ts";

const COLUMN = "ALTER TABLE proxmox_mcp_audit ADD COLUMN format integer NOT NULL DEFAULT 1";

/** Which columns a row's hash covers. An older program that still runs writes rows of format 1. */
export const AUDIT_FORMAT: Migration = {
  version: 5,
  name: "audit format",
  changes: [
    {
      action: "add the column format to the table proxmox_mcp_audit",
      done: ["added the column format to table proxmox_mcp_audit"],
      sqlite: [COLUMN],
      postgres: [COLUMN],
    },
  ],
};
