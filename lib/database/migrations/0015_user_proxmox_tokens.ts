import { createTable, type Migration } from "./migration.ts";

/**
 * The API tokens of Proxmox that users' calls go out with. `token_id` is `user@realm!name`, `sealed` its
 * secret, encrypted; times are Unix milliseconds.
 */
export const USER_PROXMOX_TOKENS: Migration = {
  version: 15,
  name: "users' Proxmox tokens",
  changes: [
    createTable("proxmox_mcp_user_proxmox_token", {
      sqlite: [
        `CREATE TABLE proxmox_mcp_user_proxmox_token (
          user_id integer NOT NULL,
          cluster text NOT NULL DEFAULT 'default',
          token_id text NOT NULL,
          sealed text NOT NULL,
          created_at integer NOT NULL,
          PRIMARY KEY (user_id, cluster))`,
      ],
      postgres: [
        `CREATE TABLE proxmox_mcp_user_proxmox_token (
          user_id bigint NOT NULL,
          cluster varchar(64) NOT NULL DEFAULT 'default',
          token_id text NOT NULL,
          sealed text NOT NULL,
          created_at bigint NOT NULL,
          PRIMARY KEY (user_id, cluster))`,
      ],
    }),
  ],
};
