import { createTable, type Migration } from "./migration.ts";

/**
 * What all instances must agree on: keys that are used up (`expires` in Unix milliseconds; `owner` is the
 * token whose keys are counted, null where they are not) and the one secret that only they know.
 */
export const SHARED_STATE: Migration = {
  version: 6,
  name: "shared state",
  changes: [
    createTable("proxmox_mcp_spent", {
      sqlite: [
        `CREATE TABLE proxmox_mcp_spent (
          key text NOT NULL PRIMARY KEY,
          owner integer NULL,
          expires integer NOT NULL)`,
        "CREATE INDEX proxmox_mcp_spent_owner ON proxmox_mcp_spent (owner, expires)",
      ],
      postgres: [
        `CREATE TABLE proxmox_mcp_spent (
          key varchar(255) NOT NULL PRIMARY KEY,
          owner bigint NULL,
          expires bigint NOT NULL)`,
        "CREATE INDEX proxmox_mcp_spent_owner ON proxmox_mcp_spent (owner, expires)",
      ],
    }),
    createTable("proxmox_mcp_secret", {
      sqlite: [
        `CREATE TABLE proxmox_mcp_secret (
          id integer NOT NULL PRIMARY KEY CHECK (id = 1),
          secret text NOT NULL)`,
        "INSERT INTO proxmox_mcp_secret (id, secret) VALUES (1, lower(hex(randomblob(32))))",
      ],
      postgres: [
        `CREATE TABLE proxmox_mcp_secret (
          id smallint NOT NULL PRIMARY KEY CHECK (id = 1),
          secret text NOT NULL)`,
        // Without an extension this is where PostgreSQL has strong randomness: 122 bits a time.
        `INSERT INTO proxmox_mcp_secret (id, secret)
          VALUES (1, replace(concat(gen_random_uuid(), gen_random_uuid(), gen_random_uuid()), '-', ''))`,
      ],
    }),
  ],
};
