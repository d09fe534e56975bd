import assert from "node:assert/strict";
import { effectiveScope } from "../../lib/auth/scope.ts";
import { generateToken, hashToken, judgeToken } from "../../lib/auth/token.ts";
import type { RoleRecord, TokenRecord, UserRecord } from "../../lib/auth/accounts.ts";
import type { Permission, Scope } from "../../lib/auth/scope.ts";

const now = new Date("2026-03-01T12:00:00Z");

function role(changes: Partial<RoleRecord> = {}): RoleRecord {
  const flags = { isSuperuser: false, canWrite: false, canAdmin: false };
  return { id: 1, name: "role", description: "", ...flags, ...changes };
}

function record(
  changes: Partial<TokenRecord> = {},
  user: Partial<UserRecord> = {},
): TokenRecord {
  return {
    id: 1,
    name: "laptop",
    permission: "admin",
    expires: null,
    isActive: true,
    allowedIps: "",
    createdAt: now,
    lastUsed: null,
    hashPrefix: "abcdef01",
    limits: null,
    proxmoxTokens: new Map(),
    user: { id: 1, username: "alice", isActive: true, isSuperuser: true, role: null, ...user },
    ...changes,
  };
}

Deno.test("generateToken gives 256 random bits after its prefix", () => {
  const tokens = new Set(Array.from({ length: 100 }, generateToken));
  assert.equal(tokens.size, 100);
  for (const token of tokens) assert.match(token, /^pmcp_[A-Za-z0-9_-]{43}$/);
});

Deno.test("hashToken is the lower-case hex SHA-512 of the token's UTF-8", () => {
  assert.equal(
    hashToken("abc"),
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  );
  assert.equal((hashToken("ş")).slice(0, 16), "118ede0d86d80780");
});

Deno.test("effectiveScope is the lesser of permission and role", () => {
  const roles: [Partial<UserRecord>, Scope][] = [
    [{ role: null, isSuperuser: true }, "admin"],
    [{ role: null, isSuperuser: false }, "user"],
    [{ role: role({ isSuperuser: true }) }, "admin"],
    [{ role: role({ canAdmin: true }) }, "admin"],
    [{ role: role({ canWrite: true }) }, "write"],
    [{ role: role(), isSuperuser: true }, "user"],
  ];
  const permissions: [Permission, Scope][] = [["read", "user"], ["write", "write"], [
    "admin",
    "admin",
  ]];
  const order: Scope[] = ["user", "write", "admin"];
  for (const [user, ofRole] of roles) {
    for (const [permission, ofToken] of permissions) {
      const lesser = order[Math.min(order.indexOf(ofRole), order.indexOf(ofToken))];
      assert.equal(effectiveScope(record({ permission }, user)), lesser);
    }
  }
});

Deno.test("judgeToken enforces every column", () => {
  const address = "10.0.0.1";
  const cases: [TokenRecord, string | null][] = [
    [record(), null],
    [record({ isActive: false }), "revoked"],
    [record({}, { isActive: false }), "user alice is not active"],
    [record({ expires: new Date(now.getTime() + 1) }), null],
    [record({ expires: now }), "expired"],
    [record({ expires: new Date(NaN) }), "expired"],
    [record({ permission: "root" as Permission }), "unknown permission root"],
    [record({ allowedIps: "10.0.0.0/8" }), null],
    [record({ allowedIps: "192.0.2.0/24" }), "address 10.0.0.1 is not allowed"],
    [
      record({ allowedIps: "any, 192.0.2.0/24" }),
      'address 10.0.0.1 is not allowed (malformed entries in allowed_ips: ["any"])',
    ],
    [record({ allowedIps: "," }), /malformed/.source],
    [record({ isActive: false, expires: now }, { isActive: false }), "revoked, expired, user"],
  ];
  for (const [token, reason] of cases) {
    const judgement = judgeToken(token, { address, now });
    assert.equal(judgement.good, reason === null, JSON.stringify(token));
    if (!judgement.good) assert.ok(judgement.reason.includes(reason ?? ""), judgement.reason);
  }
});

Deno.test("judgeToken does not look at the address where there is none", () => {
  assert.equal(judgeToken(record({ allowedIps: "192.0.2.1" }), { now }).good, true);
});
