import { createTable, type Migration } from "./migration.ts";

const NEEDS_APPROVAL = [
  "ALTER TABLE proxmox_mcp_token_limits ADD COLUMN needs_approval text NULL",
];

/**
 * Plans that wait for somebody's yes, and tokens whose changes all do. `asked` is a digest of who asked for
 * what: there is one plan of each. `shown` is JSON for people, without secrets, `basis` JSON of what it
 * rests on; times are Unix milliseconds.
 */
export const APPROVAL: Migration = {
  version: 10,
  name: "approval",
  changes: [
    createTable("proxmox_mcp_plan", {
      sqlite: [
        `CREATE TABLE proxmox_mcp_plan (
          id text NOT NULL PRIMARY KEY,
          asked text NOT NULL UNIQUE,
          user_id integer NOT NULL,
          username text NOT NULL,
          token_id integer NOT NULL,
          tool text NOT NULL,
          shown text NOT NULL,
          basis text NOT NULL,
          state text NOT NULL,
          decided_by text NULL,
          asked_at integer NOT NULL,
          expires integer NOT NULL)`,
      ],
      postgres: [
        `CREATE TABLE proxmox_mcp_plan (
          id varchar(16) NOT NULL PRIMARY KEY,
          asked varchar(64) NOT NULL UNIQUE,
          user_id bigint NOT NULL,
          username text NOT NULL,
          token_id bigint NOT NULL,
          tool text NOT NULL,
          shown text NOT NULL,
          basis text NOT NULL,
          state varchar(16) NOT NULL,
          decided_by text NULL,
          asked_at bigint NOT NULL,
          expires bigint NOT NULL)`,
      ],
    }),
    {
      action: "add a column to the table proxmox_mcp_token_limits",
      done: ["added the column needs_approval to table proxmox_mcp_token_limits"],
      sqlite: NEEDS_APPROVAL,
      postgres: NEEDS_APPROVAL,
    },
  ],
};
