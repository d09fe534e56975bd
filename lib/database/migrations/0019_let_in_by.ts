import type { Migration } from "./migration.ts";

const STATEMENTS = ["ALTER TABLE proxmox_mcp_sign_in ADD COLUMN let_in_by bigint NULL"];

/** By whose token a client was let in: with that token ends what it has let in. */
export const LET_IN_BY: Migration = {
  version: 19,
  name: "let in by",
  changes: [
    {
      action: "add a column to the table proxmox_mcp_sign_in",
      done: ["added the column let_in_by to table proxmox_mcp_sign_in"],
      sqlite: STATEMENTS,
      postgres: STATEMENTS,
    },
  ],
};
