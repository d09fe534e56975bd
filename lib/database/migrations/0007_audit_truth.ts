import type { Migration } from "./migration.ts";

const COLUMNS = [
  "call_id",
  "arguments_sha256",
  "vmids",
  "confirmation",
  "confirmed_by",
  "key_id",
];
const STATEMENTS = [
  ...COLUMNS.map((name) =>
    `ALTER TABLE proxmox_mcp_audit ADD COLUMN ${name} text NOT NULL DEFAULT ''`
  ),
  "CREATE INDEX proxmox_mcp_audit_call ON proxmox_mcp_audit (call_id)",
];

/** What was asked exactly, about which guests, who confirmed it, and whose key signed the row. */
export const AUDIT_TRUTH: Migration = {
  version: 7,
  name: "audit truth",
  changes: [
    {
      action: "add columns to the table proxmox_mcp_audit",
      done: [`added the columns ${COLUMNS.join(", ")} to table proxmox_mcp_audit`],
      sqlite: STATEMENTS,
      postgres: STATEMENTS,
    },
  ],
};
