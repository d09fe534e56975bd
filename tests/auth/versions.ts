import type { Database } from "../../lib/database/database.ts";
import type { Site } from "./site.ts";

/** The versions of the schema that older programs left. */
export const OLD_VERSIONS = [1, 2, 3, 4, 5] as const;

/** The tables that each of them brought. */
export const TABLES_SINCE: Readonly<Record<typeof OLD_VERSIONS[number], readonly string[]>> = {
  1: ["auth_user_roles", "auth_user", "auth_application_tokens"],
  2: ["proxmox_mcp_audit", "proxmox_mcp_audit_head"],
  3: ["proxmox_mcp_token_limits"],
  4: ["proxmox_mcp_rates"],
  5: [],
};

/** Makes the database what an older proxmox-mcp left: tables, rows and the number of its schema. */
export async function makeVersion(site: Site, database: Database, version: number): Promise<void> {
  const tables = await sectionsOf(`${database.dialect.name}.sql`);
  const rows = await sectionsOf("rows.sql");
  for (let step = 0; step < version; step++) await site.script(`${tables[step]}${rows[step]}`);
}

async function sectionsOf(file: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(`./versions/${file}`, import.meta.url));
  return text.split(/^-- version \d+$/m).slice(1);
}
