import assert from "node:assert/strict";
import type { TokenRecord } from "../../lib/auth/accounts.ts";
import { NO_LIMITS } from "../../lib/auth/limits.ts";
import { expiringWithin, notesOn } from "../../lib/auth/token_notes.ts";

const NOW = new Date("2026-03-01T12:00:00Z");
const DAY_MS = 86_400_000;
const clusters = ["default"];

function days(count: number): Date {
  return new Date(NOW.getTime() + count * DAY_MS);
}

/** A token that nothing is to be said of. */
function token(id: number, changes: Partial<TokenRecord> = {}): TokenRecord {
  return {
    id,
    name: "desk",
    permission: "read",
    expires: days(90),
    isActive: true,
    allowedIps: "",
    createdAt: days(-40),
    lastUsed: days(-39),
    hashPrefix: "aaaaaaaa",
    limits: null,
    proxmoxTokens: new Map(),
    user: { id: 1, username: "ayse", isActive: true, isSuperuser: false, role: null },
    ...changes,
  };
}

Deno.test("notesOn tells of active tokens that expire soon, were never used, or never expire", () => {
  const disabled = { ...token(0).user, isActive: false };
  const tokens = [
    token(1),
    token(2, { expires: days(14) }),
    token(3, { expires: days(15) }),
    token(4, { expires: days(1) }),
    token(5, { lastUsed: null }),
    token(6, { lastUsed: null, createdAt: days(-29) }),
    token(7, { expires: null }),
    ...[{ expires: days(1), isActive: false }, { expires: days(-1) }, { expires: NOW }]
      .map((changes, at) => token(10 + at, changes)),
    token(20, { expires: null, lastUsed: null, user: disabled }),
  ];
  assert.deepEqual(notesOn(tokens, { now: NOW, clusters }), [
    { quiet: false, text: "active tokens that expire within 14 days: 2 (#4 of ayse, #2 of ayse)" },
    {
      quiet: false,
      text: "active tokens that were made 30 days ago or earlier and never used: 1 (#5 of ayse)",
    },
    { quiet: true, text: "active tokens that have no expiry: 1 (#7 of ayse)" },
  ]);
  assert.deepEqual(notesOn([token(1)], { now: NOW, clusters }), []);
});

Deno.test("notesOn tells of tokens that reach no cluster of the config", () => {
  const limited = (...clusters: string[]) => ({ limits: { ...NO_LIMITS, clusters } });
  const tokens = [token(1, limited("dc3")), token(2, limited("dc3", "dc2")), token(3)];
  const [note] = notesOn(tokens, { now: NOW, clusters: ["default", "dc2"] });
  const text =
    "active tokens that are limited to clusters that the config does not name: 1 (#1 of ayse)";
  assert.deepEqual(note, { quiet: false, text });
});

Deno.test("notesOn names ten tokens of a kind and no more", () => {
  const tokens = Array.from({ length: 50 }, (_, id) => token(id, { expires: null }));
  const [{ text } = { text: "" }] = notesOn(tokens, { now: NOW, clusters });
  assert.match(text, /no expiry: 50 \(#0 of ayse, .*, #9 of ayse, …\)$/);
});

Deno.test("expiringWithin lists the next ones first", () => {
  const tokens = [token(1, { expires: days(3) }), token(2, { expires: days(2) }), token(3)];
  const ids = (ms: number) => expiringWithin(tokens, { ms, now: NOW }).map(({ id }) => id);
  assert.deepEqual(ids(3 * DAY_MS), [2, 1]);
  assert.deepEqual(ids(2 * DAY_MS), [2]);
  assert.deepEqual(ids(0), []);
});
