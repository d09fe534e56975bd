import { createTable, type Migration } from "./migration.ts";

const COLUMNS = (integer: string) => `
          id text NOT NULL PRIMARY KEY,
          vmid integer NOT NULL,
          type text NOT NULL,
          volid text NOT NULL,
          archive_time ${integer} NULL,
          node text NOT NULL,
          copy_vmid integer NOT NULL,
          storage text NOT NULL,
          begun_by text NOT NULL,
          token_name text NOT NULL,
          begun ${integer} NOT NULL,
          upid text NOT NULL,
          state text NOT NULL,
          result text NOT NULL,
          restore_ms ${integer} NULL,
          boot_ms ${integer} NULL,
          answered text NOT NULL,
          error text NOT NULL,
          ended ${integer} NULL`;
const INDEX = "CREATE INDEX proxmox_mcp_rehearsal_vmid ON proxmox_mcp_rehearsal (vmid, begun)";

/**
 * Backups that were restored to a copy and tried. A row is there before the copy is; `ended` is null until
 * the copy is gone. Times are Unix milliseconds, `answered` is JSON or empty.
 */
export const REHEARSALS: Migration = {
  version: 12,
  name: "rehearsals",
  changes: [
    createTable("proxmox_mcp_rehearsal", {
      sqlite: [`CREATE TABLE proxmox_mcp_rehearsal (${COLUMNS("integer")})`, INDEX],
      postgres: [`CREATE TABLE proxmox_mcp_rehearsal (${COLUMNS("bigint")})`, INDEX],
    }),
  ],
};
