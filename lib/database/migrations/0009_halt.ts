import { createTable, type Migration } from "./migration.ts";

/** Whether changes are halted: one row while they are. `since` is in Unix milliseconds. */
export const HALT: Migration = {
  version: 9,
  name: "halt",
  changes: [
    createTable("proxmox_mcp_halt", {
      sqlite: [
        `CREATE TABLE proxmox_mcp_halt (
          id integer NOT NULL PRIMARY KEY CHECK (id = 1),
          halted_by text NOT NULL,
          reason text NOT NULL,
          since integer NOT NULL)`,
      ],
      postgres: [
        `CREATE TABLE proxmox_mcp_halt (
          id integer NOT NULL PRIMARY KEY CHECK (id = 1),
          halted_by text NOT NULL,
          reason text NOT NULL,
          since bigint NOT NULL)`,
      ],
    }),
  ],
};
