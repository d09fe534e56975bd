import { createTable, type Migration } from "./migration.ts";

/** How far a token reaches; null stands for no limit of that kind. */
export const TOKEN_LIMITS: Migration = {
  version: 3,
  name: "token limits",
  changes: [
    createTable("proxmox_mcp_token_limits", {
      sqlite: [
        `CREATE TABLE proxmox_mcp_token_limits (
          token_id integer NOT NULL PRIMARY KEY,
          pools text NULL,
          tags text NULL,
          vmids text NULL,
          nodes text NULL,
          tools_allow text NULL,
          tools_deny text NULL)`,
      ],
      postgres: [
        `CREATE TABLE proxmox_mcp_token_limits (
          token_id bigint NOT NULL PRIMARY KEY,
          pools text NULL,
          tags text NULL,
          vmids text NULL,
          nodes text NULL,
          tools_allow text NULL,
          tools_deny text NULL)`,
      ],
    }),
  ],
};
