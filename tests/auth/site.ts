import type { Row } from "../../lib/database/database.ts";
import type { AuditRow, NewToken, Store } from "../../lib/auth/store.ts";
import { Clock } from "./clock.ts";

/** One empty database, and a way in beside the program, as its owner. */
export interface Site {
  open(options: { now: () => Date; auditDatabase?: boolean }): Promise<Store>;
  run(sql: string): Promise<Row[]>;
  dispose(): Promise<void>;
}

/** What a case works with: an opened store on a fresh database with its schema, and user `alice`. */
export interface Bench {
  readonly site: Site;
  readonly store: Store;
  readonly clock: Clock;
}

/** Runs one case on a fresh database and takes everything down whatever happens. */
export async function withBench(
  makeSite: () => Promise<Site>,
  work: (bench: Bench) => Promise<void>,
): Promise<void> {
  const clock = new Clock();
  const site = await makeSite();
  try {
    const store = await site.open({ now: clock.now });
    try {
      await store.migrate();
      const createdAt = clock.now();
      await store.createUser({
        username: "alice",
        roleName: "Operator",
        isSuperuser: false,
        createdAt,
      });
      await work({ site, store, clock });
    } finally {
      await store.close();
    }
  } finally {
    await site.dispose();
  }
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
    outcome: "ok",
    error: "",
    upid: "UPID:pve1:0001:0002:67C2F000:qmstart:101:root@pam!mcp:",
    durationMs: 12.5,
    ...changes,
  };
}
