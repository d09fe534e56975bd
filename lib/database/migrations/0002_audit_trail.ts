import { createTable, type Migration } from "./migration.ts";

const INDEXES = [
  `CREATE INDEX proxmox_mcp_audit_time ON proxmox_mcp_audit (time)`,
  `CREATE INDEX proxmox_mcp_audit_username ON proxmox_mcp_audit (username)`,
  `CREATE INDEX proxmox_mcp_audit_vmid ON proxmox_mcp_audit (vmid)`,
];

/** The hash is the one that the very first row follows. */
const HEAD = `INSERT INTO proxmox_mcp_audit_head (id, seq, hash, probes)
  VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0)`;

/** One row per call, each with the hash of the one before, and the place of the last one. */
export const AUDIT_TRAIL: Migration = {
  version: 2,
  name: "audit trail",
  changes: [
    createTable("proxmox_mcp_audit", {
      sqlite: [
        `CREATE TABLE proxmox_mcp_audit (
          seq integer NOT NULL PRIMARY KEY,
          time datetime NOT NULL,
          request_id text NOT NULL,
          username text NOT NULL,
          token_id integer NULL,
          token_name text NOT NULL,
          address text NOT NULL,
          door text NOT NULL,
          tool text NOT NULL,
          scope text NULL,
          arguments text NOT NULL,
          vmid integer NULL,
          outcome text NOT NULL,
          error text NOT NULL,
          upid text NOT NULL,
          duration_ms real NOT NULL,
          previous_hash varchar(64) NOT NULL,
          hash varchar(64) NOT NULL)`,
        ...INDEXES,
      ],
      postgres: [
        `CREATE TABLE proxmox_mcp_audit (
          seq bigint NOT NULL PRIMARY KEY,
          time timestamp with time zone NOT NULL,
          request_id text NOT NULL,
          username text NOT NULL,
          token_id bigint NULL,
          token_name text NOT NULL,
          address text NOT NULL,
          door text NOT NULL,
          tool text NOT NULL,
          scope text NULL,
          arguments text NOT NULL,
          vmid bigint NULL,
          outcome text NOT NULL,
          error text NOT NULL,
          upid text NOT NULL,
          duration_ms double precision NOT NULL,
          previous_hash varchar(64) NOT NULL,
          hash varchar(64) NOT NULL)`,
        ...INDEXES,
      ],
    }),
    createTable("proxmox_mcp_audit_head", {
      sqlite: [
        `CREATE TABLE proxmox_mcp_audit_head (
          id integer NOT NULL PRIMARY KEY CHECK (id = 1),
          seq integer NOT NULL,
          hash varchar(64) NOT NULL,
          probes integer NOT NULL)`,
        HEAD,
      ],
      postgres: [
        `CREATE TABLE proxmox_mcp_audit_head (
          id smallint NOT NULL PRIMARY KEY CHECK (id = 1),
          seq bigint NOT NULL,
          hash varchar(64) NOT NULL,
          probes bigint NOT NULL)`,
        HEAD,
      ],
    }),
  ],
};
