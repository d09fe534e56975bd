import { createTable, type Migration } from "./migration.ts";

/**
 * How often what a person has granted was used: its code and its refresh tokens each serve once, and
 * `turn` counts them. What they are is never written. Times are Unix milliseconds.
 */
export const OAUTH: Migration = {
  version: 17,
  name: "grants",
  changes: [
    createTable("proxmox_mcp_oauth", {
      sqlite: [
        `CREATE TABLE proxmox_mcp_oauth (
          grant_id text NOT NULL PRIMARY KEY,
          turn integer NOT NULL,
          expires integer NOT NULL)`,
      ],
      postgres: [
        `CREATE TABLE proxmox_mcp_oauth (
          grant_id varchar(128) NOT NULL PRIMARY KEY,
          turn integer NOT NULL,
          expires bigint NOT NULL)`,
      ],
    }),
  ],
};
