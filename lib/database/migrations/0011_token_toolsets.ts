import type { Migration } from "./migration.ts";

const STATEMENTS = ["ALTER TABLE proxmox_mcp_token_limits ADD COLUMN toolsets text NULL"];

/** What a token's holder is shown in the list of tools; null stands for all. */
export const TOKEN_TOOLSETS: Migration = {
  version: 11,
  name: "token toolsets",
  changes: [
    {
      action: "add a column to the table proxmox_mcp_token_limits",
      done: ["added the column toolsets to table proxmox_mcp_token_limits"],
      sqlite: STATEMENTS,
      postgres: STATEMENTS,
    },
  ],
};
