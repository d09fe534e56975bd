import { createTable, type Migration } from "./migration.ts";

/**
 * Tokens that came to be by signing in, and the accounts elsewhere that users sign in with. `grant_id` is
 * the authorization server's own name of what a person has granted; times are Unix milliseconds.
 */
export const SIGN_INS: Migration = {
  version: 14,
  name: "sign-ins",
  changes: [
    createTable("proxmox_mcp_sign_in", {
      sqlite: [
        `CREATE TABLE proxmox_mcp_sign_in (
          token_id integer NOT NULL PRIMARY KEY,
          user_id integer NOT NULL,
          kind text NOT NULL,
          issuer text NOT NULL,
          client_id text NOT NULL,
          client_name text NOT NULL,
          grant_id text NULL UNIQUE,
          created_at integer NOT NULL)`,
        "CREATE INDEX proxmox_mcp_sign_in_user ON proxmox_mcp_sign_in (user_id)",
      ],
      postgres: [
        `CREATE TABLE proxmox_mcp_sign_in (
          token_id bigint NOT NULL PRIMARY KEY,
          user_id bigint NOT NULL,
          kind varchar(16) NOT NULL,
          issuer text NOT NULL,
          client_id text NOT NULL,
          client_name text NOT NULL,
          grant_id varchar(128) NULL UNIQUE,
          created_at bigint NOT NULL)`,
        "CREATE INDEX proxmox_mcp_sign_in_user ON proxmox_mcp_sign_in (user_id)",
      ],
    }),
    createTable("proxmox_mcp_user_link", {
      sqlite: [
        `CREATE TABLE proxmox_mcp_user_link (
          issuer text NOT NULL,
          subject text NOT NULL,
          user_id integer NOT NULL,
          created_at integer NOT NULL,
          PRIMARY KEY (issuer, subject))`,
      ],
      postgres: [
        `CREATE TABLE proxmox_mcp_user_link (
          issuer text NOT NULL,
          subject text NOT NULL,
          user_id bigint NOT NULL,
          created_at bigint NOT NULL,
          PRIMARY KEY (issuer, subject))`,
      ],
    }),
  ],
};
