-- The tables that proxmox-mcp made on SQLite, by the version of its schema. Never changed.
-- version 1
CREATE TABLE proxmox_mcp_schema (
  version integer NOT NULL PRIMARY KEY,
  name text NOT NULL,
  applied_at datetime NOT NULL);
CREATE TABLE "auth_user_roles" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "name" varchar(50) NOT NULL UNIQUE,
  "is_superuser" bool NOT NULL,
  "can_write" bool NOT NULL,
  "can_admin" bool NOT NULL,
  "description" text NOT NULL,
  "created_at" datetime NOT NULL,
  "updated_at" datetime NOT NULL);
CREATE TABLE "auth_user" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "password" varchar(128) NOT NULL,
  "last_login" datetime NULL,
  "is_superuser" bool NOT NULL,
  "username" varchar(150) NOT NULL UNIQUE,
  "first_name" varchar(150) NOT NULL,
  "last_name" varchar(150) NOT NULL,
  "email" varchar(254) NOT NULL,
  "is_staff" bool NOT NULL,
  "is_active" bool NOT NULL,
  "date_joined" datetime NOT NULL,
  "role_id" bigint NULL REFERENCES "auth_user_roles" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "auth_user_role_id_53c4ca6d" ON "auth_user" ("role_id");
CREATE TABLE "auth_application_tokens" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
  "name" varchar(100) NOT NULL,
  "token_hash" varchar(128) NOT NULL UNIQUE,
  "permission" varchar(10) NOT NULL,
  "expires" datetime NULL,
  "created_at" datetime NOT NULL,
  "last_used" datetime NULL,
  "is_active" bool NOT NULL,
  "allowed_ips" text NOT NULL);
CREATE INDEX "auth_application_tokens_user_id_285d7acc" ON "auth_application_tokens" ("user_id");
-- version 2
CREATE TABLE proxmox_mcp_audit (
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
  hash varchar(64) NOT NULL);
CREATE INDEX proxmox_mcp_audit_time ON proxmox_mcp_audit (time);
CREATE INDEX proxmox_mcp_audit_username ON proxmox_mcp_audit (username);
CREATE INDEX proxmox_mcp_audit_vmid ON proxmox_mcp_audit (vmid);
CREATE TABLE proxmox_mcp_audit_head (
  id integer NOT NULL PRIMARY KEY CHECK (id = 1),
  seq integer NOT NULL,
  hash varchar(64) NOT NULL,
  probes integer NOT NULL);
-- version 3
CREATE TABLE proxmox_mcp_token_limits (
  token_id integer NOT NULL PRIMARY KEY,
  pools text NULL,
  tags text NULL,
  vmids text NULL,
  nodes text NULL,
  tools_allow text NULL,
  tools_deny text NULL);
-- version 4
CREATE TABLE proxmox_mcp_rates (
  key text NOT NULL PRIMARY KEY,
  points integer NOT NULL,
  expire integer NULL);
-- version 5
ALTER TABLE proxmox_mcp_audit ADD COLUMN format integer NOT NULL DEFAULT 1;
