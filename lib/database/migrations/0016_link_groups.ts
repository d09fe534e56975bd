import type { Migration } from "./migration.ts";

const STATEMENTS = ["ALTER TABLE proxmox_mcp_user_link ADD COLUMN groups_at bigint NULL"];

/**
 * Whether groups at the identity provider gave a user its account and give it its role, and when, in Unix
 * seconds, the newest token was issued that told of them; null for a link that an administrator made.
 */
export const LINK_GROUPS: Migration = {
  version: 16,
  name: "link groups",
  changes: [
    {
      action: "add a column to the table proxmox_mcp_user_link",
      done: ["added the column groups_at to table proxmox_mcp_user_link"],
      sqlite: STATEMENTS,
      postgres: STATEMENTS,
    },
  ],
};
