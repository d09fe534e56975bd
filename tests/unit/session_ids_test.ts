import assert from "node:assert/strict";
import { SessionIds } from "../../lib/mcp/session_ids.ts";

const OPENING = {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "test", version: "1" },
  toolsets: null,
};

Deno.test("a session's id tells the same each time, to its own token, until it expires", async () => {
  let now = new Date("2026-01-01T00:00:00Z");
  const key = () => Promise.resolve(new Uint8Array(32).fill(7));
  const made = new SessionIds({ key, now: () => now });
  const elsewhere = new SessionIds({ key, now: () => now });
  const { ticket, sessionId } = await made.create(1, OPENING);
  for (const ids of [made, elsewhere]) {
    for (let again = 0; again < 2; again++) {
      assert.deepEqual(await ids.read(sessionId, 1), ticket);
      assert.equal(await ids.read(sessionId, 2), undefined, "another token's");
    }
  }
  assert.equal(await made.read(`${sessionId}A`, 1), undefined, "forged");
  const other = sessionId.startsWith("A") ? "B" : "A";
  assert.equal(await made.read(`${other}${sessionId.slice(1)}`, 1), undefined, "forged");
  now = new Date(ticket.expires);
  assert.equal(await made.read(sessionId, 1), undefined, "expired");
});

Deno.test("an id that was opened is not decrypted again, and not so many are kept", async () => {
  let opened = 0;
  const decrypt = crypto.subtle.decrypt;
  crypto.subtle.decrypt = (...given: Parameters<typeof decrypt>) => {
    opened++;
    return decrypt.apply(crypto.subtle, given);
  };
  try {
    const key = () => Promise.resolve(new Uint8Array(32).fill(7));
    const ids = new SessionIds({ key, now: () => new Date(0) });
    const { sessionId } = await ids.create(1, OPENING);
    await ids.read(sessionId, 1);
    await ids.read(sessionId, 1);
    assert.equal(opened, 1);
    for (let count = 0; count < 1_000; count++) {
      await ids.read((await ids.create(1, OPENING)).sessionId, 1);
    }
    opened = 0;
    assert.equal((await ids.read(sessionId, 1))?.tokenId, 1);
    assert.equal(opened, 1, "it was forgotten");
  } finally {
    crypto.subtle.decrypt = decrypt;
  }
});
