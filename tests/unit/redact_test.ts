import assert from "node:assert/strict";
import fc from "fast-check";
import {
  boundedJson,
  isSecretKey,
  REDACTED,
  redactText,
  redactValue,
} from "../../lib/log/redact.ts";

const SECRET_KEYS = [
  "password",
  "cipassword",
  "passwd",
  "rootPassword",
  "secret",
  "client_secret",
  "token",
  "access_token",
  "token_value",
  "tokenValue",
  "key",
  "api-key",
  "private_key",
  "authorization",
  "Authorization",
  "credentials",
  "CSRFPreventionToken",
  "PVEAuthCookie",
  "ticket",
];

const PUBLIC_KEYS = [
  "token_name",
  "tokenId",
  "sshkeys",
  "ssh_public_keys",
  "public_key",
  "user",
  "keyboard",
  "monkey",
  "token_value_file",
];

/** What may stand around a secret so that it is known to be one. */
const SHAPES: ((secret: string) => string)[] = [
  (secret) => `Authorization: Bearer ${secret}`,
  (secret) => `curl -H 'Authorization: PVEAPIToken=root@pam!mcp=${secret}' https://pve1:8006/`,
  (secret) => `PVEAPIToken=root@pam!mcp=${secret}`,
  (secret) => `bearer ${secret}`,
  (secret) => `used pmcp_${secret} twice`,
  (secret) => `password=${secret}`,
  (secret) => `PGPASSWORD=${secret} psql -h db`,
  (secret) => `--password ${secret} --user x`,
  (secret) => `qm set 100 --cipassword '${secret} ${secret}'`,
  (secret) => `mysql -u root -p${secret} db`,
  (secret) => `sshpass -p ${secret} ssh host`,
  (secret) => `curl -u admin:${secret} https://x/`,
  (secret) => `echo root:${secret} | chpasswd`,
  (secret) => `postgres://site:${secret}@db.example/mcp`,
  (secret) => `postgres://site:a/${secret}@b@db.example/mcp`,
  (secret) => `https://user:${secret}@host/path`,
  (secret) => `https://host/path?token=${secret}&x=1`,
  (secret) => `{"user":"a","secret":"${secret} ${secret}"}`,
  (secret) => `{\\"user\\":\\"a\\",\\"api_key\\":\\"${secret} ${secret}\\"}`,
  (secret) => `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`,
  (secret) => `-----BEGIN OPENSSH PRIVATE KEY-----\n${secret}`,
  (secret) => `eyJhbGciOiJIUzI1NiJ9.${secret}.${secret}`,
  (secret) => `Set-Cookie: PVEAuthCookie=${secret}; path=/`,
];

const secretText = fc.stringMatching(/^S3[a-zA-Z0-9]{14}$/);
const noise = fc.string({ maxLength: 40 });

/** A JSON value with the leaf somewhere in it. */
function planted(leaf: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const wrap = (inner: fc.Arbitrary<unknown>) =>
    fc.oneof(
      fc.tuple(noise, inner, noise).map((parts) => parts),
      fc.tuple(noise, inner, fc.jsonValue()).map(([key, value, other]) => ({
        a: other,
        [key]: value,
      })),
      inner.map((value) => new Map([["entry", value]])),
    );
  return fc.oneof(leaf, wrap(leaf), wrap(wrap(leaf)), wrap(wrap(wrap(leaf))));
}

Deno.test("redactValue lets no secret under a telling key survive, however deep", () => {
  const leaf = fc.tuple(fc.constantFrom(...SECRET_KEYS), secretText, fc.integer({ min: 0, max: 3 }))
    .map(([key, secret, form]) => ({
      secret,
      value:
        [{ [key]: secret }, { [key]: [secret] }, { [key]: { inner: secret } }, [key, secret]][form],
    }));
  fc.assert(fc.property(
    leaf.chain(({ secret, value }) =>
      planted(fc.constant(value)).map((whole) => ({ secret, whole }))
    ),
    ({ secret, whole }) => {
      assert.ok(!JSON.stringify(redactValue(whole)).includes(secret));
      assert.ok(!boundedJson(whole, 256).includes(secret));
    },
  ));
});

Deno.test("redactValue lets no secret inside a string survive, however deep", () => {
  const leaf = fc.tuple(
    fc.constantFrom(...SHAPES),
    secretText,
    fc.stringMatching(/^[a-z ]{0,20}$/),
  );
  fc.assert(fc.property(
    leaf.chain(([shape, secret, before]) =>
      planted(fc.constant(`${before} ${shape(secret)}`)).map((whole) => ({ secret, whole }))
    ),
    ({ secret, whole }) => {
      assert.ok(!JSON.stringify(redactValue(whole)).includes(secret), JSON.stringify(whole));
    },
  ));
});

Deno.test("redactText hides every known shape of a secret", () => {
  for (const shape of SHAPES) {
    const text = shape("S3cretS3cret");
    assert.ok(!redactText(text).includes("S3cret"), `${text} became ${redactText(text)}`);
    assert.ok(redactText(text).includes(REDACTED));
  }
});

Deno.test("redactText changes nothing the second time", () => {
  fc.assert(fc.property(
    fc.array(
      fc.oneof(
        noise,
        fc.tuple(fc.constantFrom(...SHAPES), secretText).map(([shape, secret]) => shape(secret)),
      ),
    ),
    (parts) => {
      const once = redactText(parts.join(" "));
      assert.equal(redactText(once), once);
    },
  ));
});

Deno.test("redactText leaves ordinary texts alone", () => {
  const texts = [
    "Cannot start VM 101: guest is locked (backup)",
    "UPID:pve1:0003F2A1:0A1B2C3D:66AA77BB:qmstart:101:root@pam!mcp:",
    "token_name=assistant token_id=3 tokenName: x",
    "ssh -p 22 host && mkdir -p /opt/a && docker run -p 8080:80 nginx",
    "find . -path ./x -prune -o -print",
    "https://pve1.example:8006/api2/json?full=1",
    "keyboard: de, monkey=3",
    "Cannot create token: there is no user ays",
    "Missing privilege: VM.PowerMgmt on /vms/100",
  ];
  for (const text of texts) assert.equal(redactText(text), text);
});

Deno.test("redactText removes secrets that it is told", () => {
  assert.equal(redactText("is 1234-abcd here", ["1234-abcd"]), `is ${REDACTED} here`);
});

Deno.test("redactText keeps only the beginning of a long text, and no half secret at the cut", () => {
  const long = redactText(
    `${"x ".repeat(32_740)}https://u:S3cretS3cretS3cret@h/${" y".repeat(100)}`,
  );
  assert.ok(!long.includes("S3cret"));
  assert.match(long, /characters in all\)$/);
});

Deno.test("redactValue reads an array as an argv", () => {
  assert.deepEqual(
    redactValue(["mysql", "--password", "x1", "-p", "x2", "-px3", "--port", "3306"]),
    [
      "mysql",
      "--password",
      REDACTED,
      "-p",
      REDACTED,
      `-p${REDACTED}`,
      "--port",
      "3306",
    ],
  );
  const harmless = ["mkdir", "-p", "a/b", "&&", "ssh", "-p", "22"];
  assert.deepEqual(redactValue(harmless), harmless);
});

Deno.test("isSecretKey knows the usual spellings and the keys that only sound secret", () => {
  for (const key of SECRET_KEYS) assert.ok(isSecretKey(key), key);
  for (const key of PUBLIC_KEYS) assert.ok(!isSecretKey(key), key);
});

Deno.test("redactValue ends on circles and depth, and makes plain JSON of anything", () => {
  const circle: Record<string, unknown> = {
    date: new Date(0),
    big: 1n,
    bytes: new Uint8Array(3),
    nan: NaN,
  };
  circle.self = circle;
  assert.deepEqual(redactValue(circle), {
    date: "1970-01-01T00:00:00.000Z",
    big: "1",
    bytes: "[3 bytes]",
    nan: "NaN",
    self: "[circular]",
  });
  let deep: unknown = "end";
  for (let depth = 0; depth < 100; depth++) deep = [deep];
  assert.match(JSON.stringify(redactValue(deep)), /too deep/);
});

Deno.test("boundedJson is valid JSON within its limit", () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 6 }),
      fc.integer({ min: 64, max: 4096 }),
      (value, limit) => {
        const json = boundedJson(value, limit);
        JSON.parse(json);
        assert.ok(new TextEncoder().encode(json).length <= limit);
      },
    ),
  );
  const cut = boundedJson({ text: "ä".repeat(10_000), list: Array(1000).fill(1) }, 512);
  assert.match(cut, /20000 bytes in all/);
  assert.match(cut, /more"/);
});
