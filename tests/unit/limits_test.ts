import assert from "node:assert/strict";
import { createUseLimits } from "../../lib/http/limits.ts";
import { WrongTokens } from "../../lib/http/wrong_tokens.ts";

const RATES = { requests_per_minute: 2, failed_logins_per_minute: 2 };

Deno.test("an address that goes on failing waits twice as long each time, an hour at most", async () => {
  const limits = createUseLimits(RATES, null);
  assert.equal(await limits.addresses.allowed("192.0.2.1"), undefined);
  for (let again = 0; again < 5; again++) await limits.addresses.failed("192.0.2.1", "one");
  assert.equal(await limits.addresses.allowed("192.0.2.1"), undefined, "one token is one guess");
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) {
    assert.equal(await limits.addresses.failed("192.0.2.1", "one"), undefined);
    const told = await limits.addresses.failed("192.0.2.1", `other ${i}`);
    waits.push(await limits.addresses.allowed("192.0.2.1") ?? 0);
    assert.equal(told, waits.at(-1));
  }
  assert.deepEqual(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
  assert.equal(await limits.addresses.allowed("192.0.2.2"), undefined, "another address is free");
});

Deno.test("at most 20 calls of a token and 200 of all are under way at once", () => {
  const limits = createUseLimits(RATES, null);
  const ends = Array.from({ length: 20 }, () => limits.begin(1));
  assert.equal(limits.callAllowed(1), 1);
  assert.equal(limits.callAllowed(2), undefined);
  ends[0]?.();
  assert.equal(limits.callAllowed(1), undefined);
  for (let token = 2; token <= 11; token++) {
    for (let i = 0; i < 20; i++) limits.begin(token);
  }
  assert.equal(limits.callAllowed(99), 1, "the server as a whole is busy");
});

Deno.test("of requests that come at one moment the first pass", async () => {
  const limits = createUseLimits({ ...RATES, requests_per_minute: 3 }, null);
  const asked = [[1, 1], [2, 1], [1, 2], [1, 1], [2, 2], [2, 1]] as const;
  const waits = await Promise.all(asked.map(([token, count]) => limits.request(token, count)));
  assert.deepEqual(waits.map((wait) => wait === undefined), [true, true, true, false, true, false]);
  assert.ok((await limits.request(1) ?? 0) > 0);
});

Deno.test("a rate of 0 switches that limit off", async () => {
  const limits = createUseLimits({ requests_per_minute: 0, failed_logins_per_minute: 0 }, null);
  for (let i = 0; i < 100; i++) {
    assert.equal(await limits.request(1), undefined);
    await limits.addresses.failed("192.0.2.1", `wrong ${i}`);
    assert.equal(await limits.addresses.allowed("192.0.2.1"), undefined);
  }
});

Deno.test("WrongTokens remembers a bounded number of tokens and addresses", () => {
  const tried = new WrongTokens();
  for (let at = 0; at <= 100; at++) assert.ok(tried.note("a", `token-${at}`));
  assert.equal(tried.note("a", "token-100"), false);
  assert.ok(tried.note("a", "token-0"), "the oldest is forgotten");
  for (let at = 0; at < 1_000; at++) tried.note(`address-${at}`, "x");
  assert.equal(tried.note("address-999", "x"), false);
  assert.ok(tried.note("a", "token-100"), "the address that was quiet longest is forgotten");
});
