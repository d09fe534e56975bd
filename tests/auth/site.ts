import { type AuditRow, EMPTY_ROW } from "../../lib/audit/row.ts";
import { AuditTrail } from "../../lib/audit/trail.ts";
import { AccountStore } from "../../lib/auth/account_store.ts";
import type { NewToken } from "../../lib/auth/accounts.ts";
import type { Database, DatabaseOptions, Row } from "../../lib/database/database.ts";
import { migrate } from "../../lib/database/migrate.ts";
import { Clock } from "./clock.ts";

/** One empty database, and a way in beside the program, as its owner. */
export interface Site {
  open(options?: DatabaseOptions): Promise<Database>;
  /** One statement. */
  run(sql: string): Promise<Row[]>;
  /** Statements, in which times are UTC. */
  script(sql: string): Promise<void>;
  dispose(): Promise<void>;
}

/** What a case works with: a fresh database, opened, without a schema. */
export interface Place {
  readonly site: Site;
  readonly database: Database;
  readonly clock: Clock;
}

/** The same with its schema, and user `alice` in it. */
export interface Bench extends Place {
  readonly store: AccountStore;
  readonly trail: AuditTrail;
}

/** The tables of the program's own. */
export const OWN_TABLES: readonly string[] = [
  "proxmox_mcp_audit",
  "proxmox_mcp_audit_head",
  "proxmox_mcp_halt",
  "proxmox_mcp_history",
  "proxmox_mcp_oauth",
  "proxmox_mcp_passkey",
  "proxmox_mcp_plan",
  "proxmox_mcp_rates",
  "proxmox_mcp_rehearsal",
  "proxmox_mcp_running",
  "proxmox_mcp_schema",
  "proxmox_mcp_secret",
  "proxmox_mcp_sign_in",
  "proxmox_mcp_spent",
  "proxmox_mcp_token_limits",
  "proxmox_mcp_user_link",
  "proxmox_mcp_user_proxmox_token",
];

/** Runs one case on a fresh database and takes everything down whatever happens. */
export async function withDatabase(
  makeSite: () => Promise<Site>,
  work: (place: Place) => Promise<void>,
): Promise<void> {
  const site = await makeSite();
  try {
    const database = await site.open();
    try {
      await work({ site, database, clock: new Clock() });
    } finally {
      await database.close();
    }
  } finally {
    await site.dispose();
  }
}

/** The same on a database with its schema and a user. */
export async function withBench(
  makeSite: () => Promise<Site>,
  work: (bench: Bench) => Promise<void>,
): Promise<void> {
  await withDatabase(makeSite, async (place) => {
    const { database, clock } = place;
    await migrate(database, { now: clock.now });
    const store = new AccountStore(database);
    await store.createUser({
      username: "alice",
      roleName: "Operator",
      isSuperuser: false,
      createdAt: clock.now(),
    });
    await work({ ...place, store, trail: new AuditTrail(database) });
  });
}

/** The hash that a token of this test has. */
export function hashFor(letter: string): string {
  return letter.repeat(128);
}

export function newToken(changes: Partial<NewToken> = {}): NewToken {
  return {
    username: "alice",
    name: "laptop",
    tokenHash: hashFor("a"),
    permission: "write",
    expires: null,
    allowedIps: "",
    createdAt: new Date("2026-03-01T12:00:00Z"),
    ...changes,
  };
}

export function auditRow(changes: Partial<AuditRow> = {}): AuditRow {
  return {
    ...EMPTY_ROW,
    time: new Date("2026-03-01T12:00:00.123Z"),
    requestId: "request-1",
    user: "alice",
    tokenId: 1,
    tokenName: "laptop",
    address: "192.0.2.7",
    door: "mcp",
    tool: "start_vm",
    scope: "write",
    arguments: '{"vmid":101}',
    vmid: 101,
    upid: "UPID:pve1:0001:0002:67C2F000:qmstart:101:root@pam!mcp:",
    durationMs: 12.5,
    ...changes,
  };
}
