import assert from "node:assert/strict";
import { AppError } from "../../lib/errors.ts";
import { Authenticator } from "../../lib/auth/authenticator.ts";
import type { RevocationListener, TokenRecord } from "../../lib/auth/accounts.ts";
import type { TokenSource } from "../../lib/auth/token_watch.ts";
import { ping } from "../../lib/database/database.ts";
import { hashToken } from "../../lib/auth/token.ts";
import { Clock } from "./clock.ts";
import { makeSqliteSite } from "./sqlite_site.ts";
import { type Bench, newToken, withBench } from "./site.ts";

const RAW = "pmcp_the-raw-token";
const ADDRESS = "192.0.2.7";

/** Stands between the authenticator and its store: counts, delays, and plays a database that is away. */
class Gate implements TokenSource {
  readonly store: TokenSource;
  isAway = false;
  lookups = 0;
  touches = 0;
  canTouch = true;
  readonly touched = Promise.withResolvers<void>();
  held: Promise<void> | null = null;
  lookedUp = Promise.withResolvers<void>();

  constructor(store: TokenSource) {
    this.store = store;
  }

  get watchIntervalMs(): number {
    return 3_600_000;
  }

  async findToken(tokenHash: string): Promise<TokenRecord | null> {
    this.lookups++;
    if (this.isAway) throw new AppError("unavailable", "Cannot reach postgres://secret");
    const record = await this.store.findToken(tokenHash);
    this.lookedUp.resolve();
    await this.held;
    return record;
  }

  findTokensById(ids: readonly number[]): Promise<TokenRecord[]> {
    if (this.isAway) return Promise.reject(new AppError("unavailable", "away"));
    return this.store.findTokensById(ids);
  }

  touchToken(id: number, at: Date): Promise<void> {
    this.touches++;
    this.touched.resolve();
    if (!this.canTouch) return Promise.reject(new AppError("unavailable", "away"));
    return this.store.touchToken(id, at);
  }

  onRevoked(listener: RevocationListener): () => void {
    return this.store.onRevoked(listener);
  }
}

interface Scene extends Bench {
  readonly gate: Gate;
  readonly authenticator: Authenticator;
  readonly tokenId: number;
  readonly problems: unknown[];
  readonly ended: number[];
}

function scene(
  work: (scene: Scene) => Promise<void>,
  options: { patienceMs?: number } = {},
): () => Promise<void> {
  return () =>
    withBench(makeSqliteSite, async (bench) => {
      const { store, clock } = bench;
      const { id } = await store.createToken(newToken({ tokenHash: hashToken(RAW) }));
      const gate = new Gate(store);
      const problems: unknown[] = [];
      const authenticator = new Authenticator({
        store: gate,
        now: clock.now,
        monotonic: clock.monotonic,
        ...options,
        onProblem: (error) => problems.push(error),
      });
      const ended: number[] = [];
      authenticator.onRevoked((tokenId) => ended.push(tokenId));
      try {
        await work({ ...bench, gate, authenticator, tokenId: id, problems, ended });
      } finally {
        await authenticator.close();
      }
    });
}

function isRefusedFor(reason: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, "unauthorized");
    assert.equal(error.message, "Authentication required. Provide a valid token.");
    assert.match((error.cause as Error).message, reason);
    return true;
  };
}

Deno.test(
  "authenticate gives the principal of a good token",
  scene(async ({ authenticator, tokenId }) => {
    const principal = await authenticator.authenticate(RAW, ADDRESS);
    assert.deepEqual({ ...principal, userId: 0 }, {
      user: "alice",
      userId: 0,
      tokenId,
      tokenName: "laptop",
      scope: "write",
      limits: null,
      proxmoxTokens: new Map(),
      address: ADDRESS,
    });
  }),
);

Deno.test(
  "authenticate refuses every cause with one message and keeps the reason apart",
  scene(async ({ authenticator, site, store, tokenId, clock }) => {
    const refused = (raw: string | null, reason: RegExp, address = ADDRESS) =>
      assert.rejects(authenticator.authenticate(raw, address), isRefusedFor(reason));
    await refused(null, /^no token$/);
    await refused("", /^no token$/);
    await refused("x".repeat(5_000), /^token too long$/);
    await refused("pmcp_other", /^unknown token$/);
    const set = (column: string) =>
      site.run(`UPDATE auth_application_tokens SET ${column} WHERE id = ${tokenId}`);
    await set("allowed_ips = '10.0.0.0/8'");
    await refused(RAW, /token \d+ of alice: address 192.0.2.7 is not allowed/);
    await authenticator.authenticate(RAW, "10.1.1.1");
    await set("allowed_ips = '', expires = '2026-03-01 12:00:00'");
    await refused(RAW, /expired/);
    await set("expires = NULL");
    await site.run("UPDATE auth_user SET is_active = FALSE");
    await refused(RAW, /user alice is not active/);
    await site.run("UPDATE auth_user SET is_active = TRUE");
    await authenticator.authenticate(RAW, ADDRESS);
    await store.revokeToken(tokenId);
    await refused(RAW, /revoked/);
    assert.ok(clock.now());
  }),
);

Deno.test(
  "authenticate costs one lookup, and a revocation in between a second one",
  scene(async ({ authenticator, gate, store, tokenId }) => {
    await authenticator.authenticate(RAW, ADDRESS);
    await authenticator.authenticate(RAW, ADDRESS);
    assert.equal(gate.lookups, 2);
    const held = Promise.withResolvers<void>();
    gate.held = held.promise;
    gate.lookedUp = Promise.withResolvers();
    const request = authenticator.authenticate(RAW, ADDRESS);
    const refused = assert.rejects(request, isRefusedFor(/revoked/));
    await gate.lookedUp.promise;
    await store.revokeToken(tokenId);
    held.resolve();
    await refused;
  }),
);

Deno.test(
  "a known token is honoured for a minute while the database is away, an unknown one gets unavailable",
  scene(async ({ authenticator, gate, clock }) => {
    await authenticator.authenticate(RAW, ADDRESS);
    gate.isAway = true;
    clock.advance(60_000);
    assert.equal((await authenticator.authenticate(RAW, ADDRESS)).user, "alice");
    const away = (error: unknown) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "unavailable");
      assert.ok(!error.message.includes("postgres://"));
      return true;
    };
    await assert.rejects(authenticator.authenticate("pmcp_other", ADDRESS), away);
    clock.advance(1);
    await assert.rejects(authenticator.authenticate(RAW, ADDRESS), away);
    gate.isAway = false;
    assert.equal((await authenticator.authenticate(RAW, ADDRESS)).user, "alice");
  }),
);

Deno.test(
  "a clock that is set back by an hour neither honours a token for longer nor hides its use",
  scene(async ({ authenticator, gate, clock }) => {
    await authenticator.authenticate(RAW, ADDRESS);
    await gate.touched.promise;
    clock.set("2026-03-01T11:00:00Z");
    clock.advance(60_000);
    await authenticator.authenticate(RAW, ADDRESS);
    await authenticator.close();
    assert.equal(gate.touches, 2);
    gate.isAway = true;
    clock.advance(60_001);
    await assert.rejects(authenticator.authenticate(RAW, ADDRESS), { code: "unavailable" });
  }),
);

Deno.test(
  "a known token that expires or was revoked here is refused while the database is away",
  scene(async ({ authenticator, gate, clock, store, site, tokenId }) => {
    await site.run("UPDATE auth_application_tokens SET expires = '2026-03-01 12:00:30'");
    await authenticator.authenticate(RAW, ADDRESS);
    gate.isAway = true;
    clock.advance(30_000);
    await assert.rejects(authenticator.authenticate(RAW, ADDRESS), isRefusedFor(/expired/));
    await store.revokeToken(tokenId);
    await assert.rejects(authenticator.authenticate(RAW, ADDRESS), { code: "unavailable" });
  }),
);

Deno.test(
  "while the database is away one request at a time asks it",
  scene(async ({ authenticator, gate }) => {
    await authenticator.authenticate(RAW, ADDRESS);
    gate.isAway = true;
    await authenticator.authenticate(RAW, ADDRESS);
    const before = gate.lookups;
    await Promise.all(Array.from({ length: 20 }, () => authenticator.authenticate(RAW, ADDRESS)));
    assert.ok(gate.lookups - before < 20);
  }),
);

Deno.test(
  "a database that does not answer counts as away",
  scene(async ({ authenticator, gate }) => {
    await authenticator.authenticate(RAW, ADDRESS);
    const held = Promise.withResolvers<void>();
    gate.held = held.promise;
    const before = gate.lookups;
    for (let request = 0; request < 3; request++) {
      assert.equal((await authenticator.authenticate(RAW, ADDRESS)).user, "alice");
    }
    await assert.rejects(authenticator.authenticate("pmcp_other", ADDRESS), {
      code: "unavailable",
    });
    assert.equal(gate.lookups, before + 1);
    held.resolve();
  }, { patienceMs: 20 }),
);

Deno.test(
  "last use is written at most once a minute, never by a refused request, and its failure is no one's",
  scene(async ({ authenticator, gate, clock, site, problems }) => {
    await authenticator.authenticate(RAW, ADDRESS);
    assert.equal(gate.touches, 0);
    await authenticator.authenticate(RAW, ADDRESS);
    await gate.touched.promise;
    clock.advance(59_999);
    await authenticator.authenticate(RAW, ADDRESS);
    clock.advance(1);
    await site.run("UPDATE auth_application_tokens SET allowed_ips = '10.0.0.1'");
    await assert.rejects(authenticator.authenticate(RAW, ADDRESS));
    gate.canTouch = false;
    await authenticator.authenticate(RAW, "10.0.0.1");
    await authenticator.close();
    assert.equal(gate.touches, 2);
    assert.equal(problems.length, 1);
  }),
);

Deno.test(
  "revoking on this instance ends what was opened with the token at once",
  scene(async ({ store, tokenId, ended }) => {
    await store.revokeToken(tokenId);
    assert.deepEqual(ended, [tokenId]);
  }),
);

Deno.test(
  "poll notices a token that was revoked, changed, moved or removed beside the program",
  scene(async ({ authenticator, site, tokenId, ended }) => {
    const changes: [string, boolean][] = [
      ["UPDATE auth_application_tokens SET allowed_ips = '192.0.2.0/24'", true],
      ["UPDATE auth_user SET role_id = NULL", true],
      ["UPDATE auth_user SET last_name = 'Liddell'", false],
      ["UPDATE auth_user SET is_active = FALSE", true],
      ["UPDATE auth_user SET is_active = TRUE", false],
      [`UPDATE auth_application_tokens SET token_hash = '${"0".repeat(128)}'`, true],
      [`UPDATE auth_application_tokens SET token_hash = '${hashToken(RAW)}'`, false],
      ["DELETE FROM auth_application_tokens", true],
    ];
    for (const [change, ends] of changes) {
      await authenticator.authenticate(RAW, ADDRESS).catch(() => {});
      await site.run(change);
      ended.length = 0;
      await authenticator.poll();
      assert.deepEqual(ended, ends ? [tokenId] : [], change);
    }
  }),
);

Deno.test(
  "poll ends what was opened with a token when that expires",
  scene(async ({ authenticator, clock, site, tokenId, ended }) => {
    await site.run("UPDATE auth_application_tokens SET expires = '2026-03-01 12:10:00'");
    await authenticator.authenticate(RAW, ADDRESS);
    clock.advance(599_999);
    await authenticator.poll();
    assert.deepEqual(ended, []);
    clock.advance(1);
    await authenticator.poll();
    assert.deepEqual(ended, [tokenId]);
  }),
);

Deno.test(
  "poll keeps known tokens known, and survives a database that is away",
  scene(async ({ authenticator, gate, clock, problems, ended }) => {
    await authenticator.authenticate(RAW, ADDRESS);
    clock.advance(50_000);
    await authenticator.poll();
    clock.advance(50_000);
    gate.isAway = true;
    await authenticator.poll();
    assert.equal(problems.length, 1);
    assert.equal((await authenticator.authenticate(RAW, ADDRESS)).user, "alice");
    assert.deepEqual(ended, []);
  }),
);

Deno.test("an Authenticator refuses a malformed trusted proxy", () =>
  withBench(makeSqliteSite, async ({ database, store }) => {
    const make = () =>
      new Authenticator({ store, now: new Clock().now, trustedProxies: ["10.0.0.0/99"] });
    assert.throws(make, { code: "invalid" });
    await ping(database);
  }));
