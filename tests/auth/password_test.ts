import assert from "node:assert/strict";
import fc from "fast-check";
import { checkPassword, dummyCheck, hashPassword } from "../../lib/auth/password.ts";

const PLAIN = "correct horse battery";
const WIDE = "şifre ğüİı 日本 🔑";

/** Made by Django 5.2 and, below it, argon2-cffi 25.1 with what older versions of Django asked for. */
const MADE_BY_DJANGO: readonly (readonly [string, string])[] = [
  [
    PLAIN,
    "pbkdf2_sha256$1000000$seasalt0seasalt0seasal$+JdMIpWBJQMjQ9/+fzXPuh25iwLN3G5wbzZcVn0kUfs=",
  ],
  [PLAIN, "pbkdf2_sha256$20000$abcdefgh$j5odzoDCmyzGAZt5yvcQMV+AZ0eNzWz4oXCmdVNL2fg="],
  [
    WIDE,
    "pbkdf2_sha256$1000000$seasalt0seasalt0seasal$hBakbj8CoN12qBJY24fU8xOyXVQhq97m/NrqXefS3Ec=",
  ],
  [
    PLAIN,
    "argon2$argon2id$v=19$m=102400,t=2,p=8$c2Vhc2FsdHNlYXNhbHQ$" +
    "IURkpusw3owM11ASY0Oi4wOdg3yBPLfv9p+uMEzVhoc",
  ],
  [
    WIDE,
    "argon2$argon2id$v=19$m=102400,t=2,p=8$c2Vhc2FsdHNlYXNhbHQ$" +
    "Z1vtNNqaZtZaqwanv+Qz5Np1EJ7s8y2FqIfLs6DmNJY",
  ],
  [PLAIN, "argon2$argon2i$v=19$m=512,t=2,p=2$c29tZXNhbHQ$YXpoYlSbKpNyN/B/zYMNNg"],
  [WIDE, "argon2$argon2i$v=19$m=512,t=2,p=2$c29tZXNhbHQ$dP4jXDlSfeMmov0qM6gyCw"],
  [
    PLAIN,
    "argon2$argon2d$v=19$m=64,t=1,p=1$c29tZXNhbHQ$cmr/EbEmjhPOO4OSmgnEvuAGNXoraNolVIa/ReffU9w",
  ],
];

/** Of the password that the vectors are for, but not to be worked out or not understood. */
const REFUSED: readonly string[] = [
  "",
  "!B8qtsTz7vQyx0DMwZAJDFge7nYCO1MVJJyFFNv6N",
  PLAIN,
  "pbkdf2_sha256$0$abcdefgh$j5odzoDCmyzGAZt5yvcQMV+AZ0eNzWz4oXCmdVNL2fg=",
  "pbkdf2_sha256$99999999$abcdefgh$j5odzoDCmyzGAZt5yvcQMV+AZ0eNzWz4oXCmdVNL2fg=",
  "pbkdf2_sha256$20000$abcdefgh$",
  "pbkdf2_sha256$20000$abcdefgh$j5odzoDCmyzGAZt5yvcQMV+AZ0eNzWz4oXCmdVNL2f=",
  "pbkdf2_sha1$20000$abcdefgh$j5odzoDCmyzGAZt5yvcQMV+AZ0eNzWz4oXCmdVNL2fg=",
  "argon2$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$6G6Bag8cdVlCN8BZ68Srt3JhU/4cuDI94n7Gi6oW6Vo",
  "argon2$argon2id$v=19$m=9999999,t=1,p=1$c29tZXNhbHQ$6G6Bag8cdVlCN8BZ68Srt3JhU/4cuDI94n7Gi6oW6Vo",
  "argon2$argon2id$v=19$m=262144,t=16,p=1$c29tZXNhbHQ$6G6Bag8cdVlCN8BZ68Srt3JhU/4cuDI94n7Gi6oW6Vo",
  "argon2$argon2id$v=19$m=64,t=999,p=1$c29tZXNhbHQ$6G6Bag8cdVlCN8BZ68Srt3JhU/4cuDI94n7Gi6oW6Vo",
  "argon2$argon2id$v=19$m=64,t=1,p=9$c29tZXNhbHQ$6G6Bag8cdVlCN8BZ68Srt3JhU/4cuDI94n7Gi6oW6Vo",
  "argon2$argon2id$v=19$m=64,t=1,p=0$c29tZXNhbHQ$6G6Bag8cdVlCN8BZ68Srt3JhU/4cuDI94n7Gi6oW6Vo",
  "argon2$argon2id$v=19$m=64,t=1,p=1$c2Fs$6G6Bag8cdVlCN8BZ68Srt3JhU/4cuDI94n7Gi6oW6Vo",
  "argon2$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$6",
];

Deno.test("checkPassword takes the hashes of Django and no other password for them", async () => {
  for (const [password, stored] of MADE_BY_DJANGO) {
    assert.equal(await checkPassword(password, stored), true, stored);
    const other = password === PLAIN ? WIDE : PLAIN;
    for (const wrong of [other, `${password} `, password.toUpperCase(), ""]) {
      assert.equal(await checkPassword(wrong, stored), false, `${wrong}: ${stored}`);
    }
  }
});

Deno.test("checkPassword refuses what is no hash and what would cost too much", async () => {
  const known = REFUSED.map((stored) => checkPassword(PLAIN, stored));
  assert.deepEqual(await Promise.all(known), REFUSED.map(() => false));
  const [[password, stored] = ["", ""]] = MADE_BY_DJANGO;
  assert.equal(await checkPassword(password.repeat(200), stored), false, "longer than any form's");
});

Deno.test("hashPassword gives what Django gives, another each time, and fits its column", async () => {
  const hashes = await Promise.all([hashPassword(WIDE), hashPassword(WIDE)]);
  for (const hash of hashes) {
    assert.match(hash, /^pbkdf2_sha256\$1000000\$[\w-]{22}\$[A-Za-z0-9+/]{43}=$/);
    assert.ok(hash.length <= 128);
    assert.equal(await checkPassword(WIDE, hash), true);
  }
  assert.notEqual(hashes[0], hashes[1]);
});

Deno.test("checkPassword never throws, and a changed hash fits no more", async () => {
  const [, stored = ""] = MADE_BY_DJANGO.at(-1) ?? [];
  const place = fc.nat(stored.length - 1);
  // What stands before the key may not make it costly: only the key is changed.
  const keyAt = stored.lastIndexOf("$") + 1;
  await fc.assert(
    fc.asyncProperty(place, fc.constantFrom(..."AZaz09+/"), async (at, letter) => {
      // The last letter holds bits that no byte is made of.
      if (at < keyAt || at === stored.length - 1 || stored[at] === letter) return;
      const changed = stored.slice(0, at) + letter + stored.slice(at + 1);
      assert.equal(await checkPassword(PLAIN, changed), false);
    }),
  );
  const text = fc.string({ unit: "binary", maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(text, async (password) => {
      assert.equal(await checkPassword(password, stored), false);
    }),
  );
});

Deno.test("dummyCheck knows nobody", async () => {
  assert.equal(await dummyCheck(PLAIN), false);
  assert.equal(await dummyCheck("x".repeat(1_000_000)), false);
});
