import assert from "node:assert/strict";
import * as z from "zod";
import { loadConfig, tokenValuesOf } from "../../lib/config/config.ts";
import { filesOf } from "../../lib/config/files.ts";
import { key, keysOf } from "../../lib/config/keys.ts";
import { named } from "../../lib/config/named.ts";
import { AppError } from "../../lib/errors.ts";
import { redactValue } from "../../lib/log/redact.ts";

const SECRET = "12345678-aaaa-bbbb-cccc-1234567890ab";
const PRINT = "AB:".repeat(31) + "CD";

const PBS1 = {
  host: "Backup1.example",
  user: "mcp@pbs",
  token_name: "9assistant",
  token_value: SECRET,
};

function load(backup_servers: unknown, files: Record<string, string> = {}) {
  const content = {
    proxmox: { host: "pve.example" },
    auth: { user: "mcp@pve", token_name: "assistant", token_value: "cluster-secret" },
    backup_servers,
  };
  const all: Record<string, string> = {
    "/etc/site/config.json": JSON.stringify(content),
    ...files,
  };
  return loadConfig({
    file: "/etc/site/config.json",
    env: () => undefined,
    readFile: (path) => {
      const text = all[path];
      return text === undefined
        ? Promise.reject(new Deno.errors.NotFound(path))
        : Promise.resolve(text);
    },
  });
}

async function refusal(backup_servers: unknown): Promise<string> {
  const error = await load(backup_servers).then(() => null, (error) => error);
  assert.ok(error instanceof AppError, `not refused: ${JSON.stringify(backup_servers)}`);
  assert.equal(error.code, "invalid");
  assert.ok(!error.message.includes(SECRET), error.message);
  return error.message;
}

Deno.test("loadConfig reads backup servers by their names", async () => {
  const { backup_servers, sources } = await load({
    pbs1: { ...PBS1, fingerprint: PRINT },
    "off-site_2": { ...PBS1, host: "[fd00::7]", port: 443, ca_file: "pbs.pem", timeout_seconds: 9 },
  });
  assert.deepEqual(backup_servers, {
    pbs1: {
      host: "backup1.example",
      port: 8007,
      verify_ssl: true,
      ca_file: null,
      fingerprint: "ab".repeat(31) + "cd",
      user: "mcp@pbs",
      token_name: "9assistant",
      token_value: SECRET,
      token_value_file: null,
      timeout_seconds: 30,
    },
    "off-site_2": {
      host: "fd00::7",
      port: 443,
      verify_ssl: true,
      ca_file: "/etc/site/pbs.pem",
      fingerprint: null,
      user: "mcp@pbs",
      token_name: "9assistant",
      token_value: SECRET,
      token_value_file: null,
      timeout_seconds: 9,
    },
  });
  assert.equal(sources["backup_servers.pbs1.host"], "/etc/site/config.json");
  assert.deepEqual((await load(undefined)).backup_servers, {});
});

Deno.test("loadConfig reads the secret of a named section from its file", async () => {
  const { token_value: _, ...rest } = PBS1;
  const servers = { a: { ...rest, token_value_file: "pbs-a" }, b: PBS1 };
  const config = await load(servers, { "/etc/site/pbs-a": "from-file\n" });
  assert.equal(config.backup_servers["a"]?.token_value, "from-file");
  assert.deepEqual(filesOf(config, "secret_file"), [
    { key: "backup_servers.a.token_value_file", path: "/etc/site/pbs-a" },
  ]);
  assert.deepEqual(tokenValuesOf(config), ["cluster-secret", "from-file", SECRET]);
  const shown = JSON.stringify(redactValue(config));
  for (const secret of tokenValuesOf(config)) assert.ok(!shown.includes(secret), shown);
});

Deno.test("loadConfig names the section in which a value cannot be used", async () => {
  const { token_value: _, ...withoutToken } = PBS1;
  const cases: [unknown, RegExp][] = [
    [[], /backup_servers must be a(n object| record)$/],
    [{ PBS: PBS1 }, /backup_servers\.PBS must be a name of at most 32 lower-case letters/],
    [{ "": PBS1 }, /must be a name of at most 32/],
    [{ pbs1: null }, /backup_servers\.pbs1 must be an object$/],
    [{ pbs1: { ...PBS1, host: undefined } }, /backup_servers\.pbs1\.host is missing$/],
    [{ a: PBS1, b: { ...PBS1, port: "8007" } }, /backup_servers\.b\.port must be a whole number/],
    [
      { pbs1: { ...PBS1, host: "https://pbs.example:8007" } },
      /backup_servers\.pbs1\.host must be a name or address, not a URL: write "pbs\.example"$/,
    ],
    [
      { pbs1: { ...PBS1, host: "pbs.example:8007" } },
      /write "pbs\.example" and backup_servers\.pbs1\.port 8007$/,
    ],
    [
      { pbs1: withoutToken },
      /backup_servers\.pbs1\.token_value is missing: give it or backup_servers\.pbs1\.token_value_file$/,
    ],
    [
      { pbs1: { ...PBS1, token_value_file: "x" } },
      /pbs1\.token_value and backup_servers\.pbs1\.token_value_file are both given/,
    ],
    [
      { pbs1: { ...withoutToken, token_value_file: "gone" } },
      /Cannot read backup_servers\.pbs1\.token_value_file \/etc\/site\/gone of .*: no such file/,
    ],
    [
      { pbs1: { ...PBS1, fingerprint: PRINT, ca_file: "x" } },
      /pbs1\.fingerprint and backup_servers\.pbs1\.ca_file are both given: keep one of them$/,
    ],
    [
      { pbs1: { ...PBS1, fingerprint: PRINT, verify_ssl: false } },
      /pbs1\.fingerprint and backup_servers\.pbs1\.verify_ssl: false are both given/,
    ],
    [
      { pbs1: { ...PBS1, token_value: `mcp@pbs!a:${SECRET}` } },
      /backup_servers\.pbs1\.token_value must be only the part after ":"$/,
    ],
    [{ pbs1: { ...PBS1, token_name: "a!b" } }, /token_name must be only the part after "!"/],
    [
      { pbs1: { ...PBS1, tokn_name: "a" } },
      /^Unknown key backup_servers\.pbs1\.tokn_name in .*: did you mean backup_servers\.pbs1\.token_name\?$/,
    ],
  ];
  for (const [servers, message] of cases) assert.match(await refusal(servers), message);
});

Deno.test("named gives its keys neither variable nor option, which could not say which is meant", () => {
  const section = z.strictObject({ host: key(z.string(), { env: ["HOST"], en: "a", tr: "b" }) });
  const keys = [...keysOf(z.strictObject({ one: section, many: named(section) }))];
  assert.deepEqual(
    keys.map(({ path, facts }) => [path, facts.env]),
    [
      ["one", undefined],
      ["one.host", ["HOST"]],
      ["many", undefined],
      ["many.*", undefined],
      ["many.*.host", undefined],
    ],
  );
});
