import { createTable, type Migration } from "./migration.ts";

/**
 * Changes that were begun and whose task may still run, so that an identical one can follow that task:
 * `key` is a digest of who asked for what, `holder` the call that began it, `upid` null until Proxmox has
 * named the task, `told` JSON of what it is about, `expires` in Unix milliseconds.
 */
export const RUNNING_CHANGES: Migration = {
  version: 8,
  name: "running changes",
  changes: [
    createTable("proxmox_mcp_running", {
      sqlite: [
        `CREATE TABLE proxmox_mcp_running (
          key text NOT NULL PRIMARY KEY,
          holder text NOT NULL,
          upid text NULL,
          told text NULL,
          expires integer NOT NULL)`,
      ],
      postgres: [
        `CREATE TABLE proxmox_mcp_running (
          key varchar(64) NOT NULL PRIMARY KEY,
          holder varchar(36) NOT NULL,
          upid text NULL,
          told text NULL,
          expires bigint NOT NULL)`,
      ],
    }),
  ],
};
