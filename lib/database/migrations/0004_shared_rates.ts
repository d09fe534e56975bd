import { createTable, type Migration } from "./migration.ts";

/** Where all instances count together; `expire` is in Unix milliseconds. */
export const SHARED_RATES: Migration = {
  version: 4,
  name: "shared rates",
  changes: [
    createTable("proxmox_mcp_rates", {
      sqlite: [
        `CREATE TABLE proxmox_mcp_rates (
          key text NOT NULL PRIMARY KEY,
          points integer NOT NULL,
          expire integer NULL)`,
      ],
      postgres: [
        `CREATE TABLE proxmox_mcp_rates (
          key varchar(255) NOT NULL PRIMARY KEY,
          points integer NOT NULL,
          expire bigint NULL)`,
      ],
    }),
  ],
};
