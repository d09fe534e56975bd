import assert from "node:assert/strict";
import {
  asFile,
  type Config,
  type ConfigRequest,
  loadConfig,
  VariableError,
} from "../../lib/config/config.ts";
import { AppError } from "../../lib/errors.ts";
import { redactValue } from "../../lib/log/redact.ts";

const SECRET = "12345678-aaaa-bbbb-cccc-1234567890ab";

/** The example of the users' guide, as sites have it on disk. */
const OLD = {
  proxmox: { host: "pve.example", port: 8006, verify_ssl: false, service: "PVE" },
  auth: { user: "username@pve", token_name: "your-token-name", token_value: SECRET },
  logging: {
    level: "INFO",
    format: "%(asctime)s - %(name)s - %(levelname)s - %(message)s",
    file: "proxmox_mcp.log",
  },
};

interface Given {
  readonly config?: unknown;
  readonly text?: string;
  readonly files?: Record<string, string>;
  readonly env?: Record<string, string>;
  readonly options?: ConfigRequest["options"];
  readonly file?: string | undefined;
  readonly secrets?: "skip";
}

function load(given: Given) {
  const files: Record<string, string> = {
    "/etc/site/config.json": given.text ?? JSON.stringify(given.config ?? OLD),
    ...given.files,
  };
  return loadConfig({
    file: "file" in given ? given.file : "/etc/site/config.json",
    options: given.options,
    env: (name) => given.env?.[name],
    secrets: given.secrets,
    readFile: (path) => {
      const text = files[path];
      return text === undefined
        ? Promise.reject(new Deno.errors.NotFound(`open '${path}'`))
        : Promise.resolve(text);
    },
  });
}

async function refusal(given: Given): Promise<string> {
  const error = await load(given).then(() => null, (error) => error);
  assert.ok(error instanceof AppError, `not refused: ${JSON.stringify(given)}`);
  assert.equal(error.code, "invalid");
  assert.doesNotMatch(error.message, /\n/);
  assert.ok(!error.message.includes(SECRET), error.message);
  return error.message;
}

function proxmox(extra: Record<string, unknown>) {
  return { config: { ...OLD, proxmox: { host: "pve.example", ...extra } } };
}

function auth(extra: Record<string, unknown>) {
  return { config: { ...OLD, auth: { user: "a@pve", token_name: "t", ...extra } } };
}

Deno.test("loadConfig takes the Python server's config unchanged", async () => {
  const config = await load({});
  assert.equal(config.file, "/etc/site/config.json");
  assert.deepEqual(config.clusters[0].proxmox, {
    hosts: ["pve.example"],
    port: 8006,
    verify_ssl: false,
    ca_file: null,
    fingerprint: null,
    service: "PVE",
    timeout_seconds: 30,
    share_seconds: 2,
  });
  assert.deepEqual(config.clusters[0].auth, {
    user: "username@pve",
    token_name: "your-token-name",
    token_value: SECRET,
    token_value_file: null,
    require_own_token: false,
  });
  assert.equal(config.logging.file, `${Deno.cwd()}/proxmox_mcp.log`);
  assert.equal(config.logging.level, "INFO");
});

Deno.test("loadConfig gives the documented defaults", async () => {
  const { server, database, audit, tools, debug } = await load({});
  assert.deepEqual(server, {
    host: "127.0.0.1",
    port: 8812,
    oauth: null,
    path: "/mcp",
    tls: null,
    allowed_hosts: null,
    allowed_origins: [],
    public_url: null,
    trusted_proxies: [],
    workers: 1,
    max_body_bytes: 4194304,
    max_connections: 2000,
    max_streams_per_token: 10,
    rate_limit: { requests_per_minute: 600, failed_logins_per_minute: 10 },
    language: "en",
    require_lock: false,
    shutdown_seconds: 10,
  });
  assert.deepEqual(database, { url: "sqlite:/etc/site/proxmox-mcp.db", url_file: null });
  assert.deepEqual(audit, { database: true, key_file: null, head_file: null });
  assert.deepEqual(tools, {
    read_only: false,
    allow: null,
    deny: [],
    container_exec: false,
    secrets_dir: null,
    scopes: {},
    approve: { tags: [] },
    toolsets: null,
    output_schemas: null,
    confirm: "when_supported",
  });
  assert.equal(debug, false);
});

Deno.test("loadConfig weighs option over environment over file over default", async () => {
  const config = { ...OLD, server: { host: "::1", port: 1001, path: "/file" } };
  const env = { MCP_HTTP_HOST: "127.0.0.2", MCP_HTTP_PORT: "1002", MCP_HTTP_PATH: "/env" };
  const options = { "--host": "127.0.0.3", "--port": 1003, "--path": "/option" };
  const chosen = async (given: Given) => {
    const { server } = await load(given);
    return [server.host, server.port, server.path];
  };
  assert.deepEqual(await chosen({ config }), ["::1", 1001, "/file"]);
  assert.deepEqual(await chosen({ config, env }), ["127.0.0.2", 1002, "/env"]);
  assert.deepEqual(await chosen({ config, env, options }), ["127.0.0.3", 1003, "/option"]);
  const database = { ...config, database: { url: "sqlite:file.db" } };
  const url = "postgres://u:p@db.example/x";
  assert.equal((await load({ config: database })).database.url, "sqlite:/etc/site/file.db");
  assert.equal((await load({ config: database, env: { DATABASE_URL: url } })).database.url, url);
});

Deno.test("loadConfig looks for the file where it is documented, and says where it looked", async () => {
  const at = async (given: Given) => (await load({ ...given, file: undefined })).file;
  const text = JSON.stringify(OLD);
  const here = Deno.cwd();
  assert.equal(
    await at({ env: { PROXMOX_MCP_CONFIG: "/etc/site/config.json" } }),
    "/etc/site/config.json",
  );
  assert.equal(
    await at({
      files: { [`${here}/config.json`]: text, [`${here}/proxmox-config/config.json`]: text },
    }),
    `${here}/config.json`,
  );
  assert.equal(
    await at({ files: { [`${here}/proxmox-config/config.json`]: text } }),
    `${here}/proxmox-config/config.json`,
  );
  assert.equal(
    await at({ files: { "/etc/proxmox-mcp/config.json": text } }),
    "/etc/proxmox-mcp/config.json",
  );
  assert.equal(
    await refusal({ file: undefined }),
    "Cannot find a config file: tried config.json, proxmox-config/config.json, " +
      "/etc/proxmox-mcp/config.json: make one with `deno task init`, give --config FILE, " +
      "or set PROXMOX_HOST and its like",
  );
  assert.equal(
    await refusal({ file: "/nowhere.json" }),
    "Cannot read config /nowhere.json: no such file or folder",
  );
});

Deno.test("loadConfig names an unknown key and the one that was meant", async () => {
  const cases: [unknown, string][] = [
    [
      { ...OLD, proxmox: { hots: "x" } },
      "Unknown key proxmox.hots in FILE: did you mean proxmox.host?",
    ],
    [
      { ...OLD, verify_ssl: false },
      "Unknown key verify_ssl in FILE: did you mean proxmox.verify_ssl?",
    ],
    [{ ...OLD, loging: {} }, "Unknown key loging in FILE: did you mean logging?"],
    [
      { ...OLD, server: { rate_limit: { requests: 1 } } },
      "Unknown key server.rate_limit.requests in FILE: did you mean server.rate_limit.requests_per_minute?",
    ],
    [{ ...OLD, zebra: 1 }, "Unknown key zebra in FILE"],
  ];
  for (const [config, message] of cases) {
    assert.equal(await refusal({ config }), message.replace("FILE", "/etc/site/config.json"));
  }
});

Deno.test("loadConfig says which value cannot be used and why", async () => {
  const cases: [Given, RegExp][] = [
    [
      proxmox({ host: "https://pve.example:8006/x" }),
      /proxmox\.host must be a name or address, not a URL: write "pve\.example"$/,
    ],
    [
      proxmox({ host: "pve.example:8006" }),
      /proxmox\.host must not hold a port: write "pve\.example" and proxmox\.port 8006$/,
    ],
    [proxmox({ host: "a b" }), /proxmox\.host must be a name or an IP address$/],
    [proxmox({ host: undefined }), /proxmox\.host is missing$/],
    [proxmox({ hosts: ["b"] }), /proxmox\.host and proxmox\.hosts are both given/],
    [proxmox({ port: "8006" }), /proxmox\.port must be a whole number from 1 to 65535$/],
    [proxmox({ port: 70000 }), /proxmox\.port must be a whole number from 1 to 65535$/],
    [proxmox({ service: "PBS" }), /proxmox\.service must be "PVE": no other service is supported$/],
    [proxmox({ fingerprint: "AB:CD" }), /proxmox\.fingerprint must be the certificate's SHA-256/],
    [
      proxmox({ fingerprint: "ab".repeat(32), verify_ssl: false }),
      /proxmox\.fingerprint and proxmox\.verify_ssl: false are both given/,
    ],
    [
      proxmox({ fingerprint: "ab".repeat(32), ca_file: "x" }),
      /proxmox\.fingerprint and proxmox\.ca_file are both given/,
    ],
    [
      proxmox({ ca_file: "x", verify_ssl: false }),
      /proxmox\.ca_file and proxmox\.verify_ssl: false are both given/,
    ],
    [
      proxmox({ host: undefined, hosts: ["a", "b"], fingerprint: "ab".repeat(32) }),
      /proxmox\.fingerprint fits one certificate, but proxmox\.hosts/,
    ],
    [auth({}), /auth\.token_value is missing: give it or auth\.token_value_file$/],
    [
      auth({ token_value: SECRET, token_value_file: "x" }),
      /auth\.token_value and auth\.token_value_file are both given/,
    ],
    [
      auth({ token_value_file: "gone" }),
      /Cannot read auth\.token_value_file \/etc\/site\/gone of .*: no such file/,
    ],
    [auth({ user: "root", token_value: SECRET }), /auth\.user must be of the form "name@realm"$/],
    [
      auth({ user: "a@pve!mcp", token_value: SECRET }),
      /auth\.user must be only the part before "!": "a@pve"$/,
    ],
    [
      auth({ token_name: "a@pve!mcp", token_value: SECRET }),
      /auth\.token_name must be only the part after "!": "mcp"$/,
    ],
    [
      auth({ token_value: `a@pve!mcp=${SECRET}` }),
      /auth\.token_value must be only the part after "="$/,
    ],
    [auth({ token_value: "a b" }), /auth\.token_value must be the token's secret, without spaces$/],
    [{ config: { ...OLD, auth: undefined } }, /auth is missing$/],
    [{ config: { ...OLD, server: { path: "mcp" } } }, /server\.path must begin with "\/"/],
    [{ config: { ...OLD, server: { path: "/a/../b" } } }, /server\.path must begin with "\/"/],
    [{ config: { ...OLD, server: { path: "/healthz" } } }, /server\.path must not be \/healthz/],
    [
      { config: { ...OLD, server: { trusted_proxies: ["10.0.0.0/40"] } } },
      /server\.trusted_proxies\[0\] must hold addresses/,
    ],
    [
      { config: { ...OLD, server: { tls: { cert_file: "x" } } } },
      /server\.tls\.key_file is missing$/,
    ],
    [
      { config: { ...OLD, server: { allowed_origins: ["https://a/b"] } } },
      /server\.allowed_origins\[0\] must hold origins/,
    ],
    [{ config: { ...OLD, server: { language: "de" } } }, /server\.language must be "en" or "tr"$/],
    [
      { config: { ...OLD, logging: { file: "a.log", audit_file: "a.log" } } },
      /logging\.audit_file and logging\.file name the same file$/,
    ],
    [
      { config: { ...OLD, logging: { level: "LOUD" } } },
      /logging\.level must be one of DEBUG, INFO/,
    ],
    [
      { config: { ...OLD, logging: { format: "%(mesage)s" } } },
      /logging\.format holds %\(mesage\), but there are only/,
    ],
    [
      { config: { ...OLD, database: { url: "mysql://x" } } },
      /database\.url of .* must begin with sqlite: or postgres:\/\/$/,
    ],
    [
      { config: { ...OLD, database: { url: "sqlite:x", url_file: "y" } } },
      /database\.url and database\.url_file are both given/,
    ],
    [{ config: [] }, /the file must be an object$/],
    [
      { env: { MCP_HTTP_PORT: "80x" } },
      /^Cannot use MCP_HTTP_PORT: it must be a whole number from 0 to 65535$/,
    ],
    [{ env: { MCP_HTTP_PATH: "x" } }, /^Cannot use MCP_HTTP_PATH: it must begin with "\/"/],
    [
      { env: { DATABASE_URL: `postgres://u:${SECRET}@:x/` } },
      /^Cannot use DATABASE_URL: Cannot read the database URL: /,
    ],
    [
      { options: { "--no-auth": true, "--host": "0.0.0.0" } },
      /^Cannot serve with --no-auth on 0\.0\.0\.0: anyone/,
    ],
  ];
  for (const [given, message] of cases) assert.match(await refusal(given), message);
});

Deno.test("loadConfig says where the JSON is broken without quoting it", async () => {
  const cases: [string, string][] = [
    [`{\n  "auth": { "token_value": ${SECRET} }\n}`, "line 2, column 36"],
    [`{\n  "auth": { "token_value": x${SECRET} }\n}`, "line 2, column 28"],
    ['{\n  "a": 1,\n}', "line 3, column 1"],
    ['{ "a": 1 // note\n}', "line 1, column 10"],
    ["x", "line 1, column 1"],
    [" \n", ": it is empty"],
    ["\0{\0}\0", ": it is not UTF-8"],
  ];
  for (const [text, place] of cases) {
    const message = await refusal({ text });
    assert.ok(message.includes(place), `${text}: ${message}`);
  }
});

Deno.test("loadConfig reads secrets from files and trims the last newline", async () => {
  const config = {
    ...OLD,
    auth: { user: "a@pve", token_name: "t", token_value_file: "secrets/token" },
    database: { url_file: "/run/db" },
  };
  const files = { "/etc/site/secrets/token": `${SECRET}\n`, "/run/db": "postgres://u:p@h/d\r\n" };
  const loaded = await load({ config, files });
  assert.equal(loaded.clusters[0].auth.token_value, SECRET);
  assert.equal(loaded.clusters[0].auth.token_value_file, "/etc/site/secrets/token");
  assert.equal(loaded.database.url, "postgres://u:p@h/d");
  const skipped = await load({ config, files: { "/run/db": "sqlite:x" }, secrets: "skip" });
  assert.equal(skipped.clusters[0].auth.token_value, "");
  assert.match(
    await refusal({ config, files: { ...files, "/etc/site/secrets/token": "\n" } }),
    /token_value_file .*: it is empty$/,
  );
});

Deno.test("loadConfig prefers the credentials that systemd hands over", async () => {
  const config = {
    ...OLD,
    auth: { user: "a@pve", token_name: "t", token_value_file: "/root/token" },
  };
  const env = { CREDENTIALS_DIRECTORY: "/run/credentials/m.service" };
  const files = { "/run/credentials/m.service/token": SECRET };
  const loaded = await load({ config, env, files });
  assert.equal(loaded.clusters[0].auth.token_value, SECRET);
  assert.equal(loaded.clusters[0].auth.token_value_file, "/run/credentials/m.service/token");
  const without = await load({ config, env, files: { "/root/token": SECRET } });
  assert.equal(without.clusters[0].auth.token_value_file, "/root/token");
});

Deno.test("loadConfig reads hosts, fingerprints and log levels in their usual spellings", async () => {
  const hosts = await load(
    proxmox({ host: undefined, hosts: ["PVE1.example", "[fe80::1]", "10.0.0.1"] }),
  );
  assert.deepEqual(hosts.clusters[0].proxmox.hosts, ["pve1.example", "fe80::1", "10.0.0.1"]);
  const pinned = await load(proxmox({ fingerprint: "AB:".repeat(31) + "AB" }));
  assert.equal(pinned.clusters[0].proxmox.fingerprint, "ab".repeat(32));
  const level = async (name: string) =>
    (await load({ config: { ...OLD, logging: { level: name } } })).logging.level;
  assert.deepEqual([await level("debug"), await level("WARN"), await level("FATAL")], [
    "DEBUG",
    "WARNING",
    "CRITICAL",
  ]);
});

Deno.test("loadConfig accepts --no-auth on loopback addresses only", async () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"]) {
    assert.equal((await load({ options: { "--no-auth": true, "--host": host } })).no_auth, true);
  }
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "localhost.example", "::ffff:10.0.0.1"]) {
    await refusal({ options: { "--no-auth": true, "--host": host } });
  }
});

Deno.test("loadConfig with debug logs at DEBUG", async () => {
  const config = await load({ options: { "--debug": true, "--log-file": "/var/log/x.log" } });
  assert.equal(config.logging.level, "DEBUG");
  assert.equal(config.logging.file, "/var/log/x.log");
});

Deno.test("redactValue leaves no secret in a config", async () => {
  const env = { DATABASE_URL: "postgres://site:hunter2@db.example/mcp" };
  const dump = JSON.stringify(redactValue(await load({ env })));
  assert.ok(!dump.includes(SECRET) && !dump.includes("hunter2"), dump);
  assert.ok(dump.includes("your-token-name") && dump.includes("db.example"), dump);
});

Deno.test("config.example.json is a config", async () => {
  const file = new URL("../../config.example.json", import.meta.url).pathname;
  const config = await loadConfig({ file, env: () => undefined, secrets: "skip" });
  assert.deepEqual(config.clusters[0].proxmox.hosts, ["pve1.example"]);
});

/** What the Python server and containers are given in place of a file. */
const ENV = {
  PROXMOX_HOST: "pve.example",
  PROXMOX_USER: "mcp@pve",
  PROXMOX_TOKEN_NAME: "assistant",
  PROXMOX_TOKEN_VALUE: SECRET,
};

/** Each variable, what it may say, and what then stands at its key. */
const VARIABLES: [name: string, text: string, path: string, value: unknown][] = [
  ["PROXMOX_HOST", "PVE2.example", "proxmox.hosts", ["pve2.example"]],
  ["PROXMOX_PORT", "18006", "proxmox.port", 18006],
  ["PROXMOX_VERIFY_SSL", "false", "proxmox.verify_ssl", false],
  ["PROXMOX_VERIFY_SSL", "0", "proxmox.verify_ssl", false],
  ["PROXMOX_VERIFY_SSL", "True", "proxmox.verify_ssl", true],
  ["PROXMOX_FINGERPRINT", "AB:".repeat(31) + "AB", "proxmox.fingerprint", "ab".repeat(32)],
  ["PROXMOX_CA_FILE", "/etc/ca.pem", "proxmox.ca_file", "/etc/ca.pem"],
  ["PROXMOX_CA_FILE", "ca.pem", "proxmox.ca_file", `${Deno.cwd()}/ca.pem`],
  ["PROXMOX_USER", "root@pam", "auth.user", "root@pam"],
  ["PROXMOX_TOKEN_NAME", "other", "auth.token_name", "other"],
  ["PROXMOX_TOKEN_VALUE", "s3cret", "auth.token_value", "s3cret"],
  ["LOG_LEVEL", "debug", "logging.level", "DEBUG"],
  ["HTTP_HOST", "127.0.0.9", "server.host", "127.0.0.9"],
  ["HTTP_PORT", "9001", "server.port", 9001],
  ["HTTP_PATH", "/p", "server.path", "/p"],
  ["MCP_HTTP_HOST", "127.0.0.9", "server.host", "127.0.0.9"],
  ["MCP_HTTP_PORT", "9001", "server.port", 9001],
  ["MCP_HTTP_PATH", "/p", "server.path", "/p"],
  ["DATABASE_URL", "sqlite:/x.db", "database.url", "sqlite:/x.db"],
];

function at(config: Config, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => Object(value)[name], asFile(config));
}

Deno.test("loadConfig takes the environment in place of a file, and each variable above a file", async () => {
  const alone = await load({ file: undefined, env: ENV });
  assert.equal(alone.file, null);
  assert.deepEqual(alone.clusters[0].proxmox, {
    hosts: ["pve.example"],
    port: 8006,
    verify_ssl: true,
    ca_file: null,
    fingerprint: null,
    service: "PVE",
    timeout_seconds: 30,
    share_seconds: 2,
  });
  assert.deepEqual(alone.clusters[0].auth, {
    user: "mcp@pve",
    token_name: "assistant",
    token_value: SECRET,
    token_value_file: null,
    require_own_token: false,
  });
  assert.equal(alone.database.url, `sqlite:${Deno.cwd()}/proxmox-mcp.db`);
  const { verify_ssl: _, ...pve } = OLD.proxmox;
  const config = { ...OLD, proxmox: pve, server: { host: "::1", port: 1, path: "/file" } };
  for (const [name, text, path, value] of VARIABLES) {
    assert.deepEqual(at(await load({ config, env: { [name]: text } }), path), value, name);
    const without = await load({ file: undefined, env: { ...ENV, [name]: text } });
    assert.deepEqual(at(without, path), value, `${name} without a file`);
    assert.equal(without.sources[path.replace(".hosts", ".host")], name);
  }
});

Deno.test("loadConfig lets a variable take the place of what means the same in the file", async () => {
  const files = { "/run/token": `${SECRET}\n`, "/run/db": "sqlite:/db" };
  const given = { user: "a@pve", token_name: "t" };
  const several = { proxmox: { hosts: ["a", "b"] }, auth: { ...given, token_value: "old" } };
  const host = await load({ config: several, env: { PROXMOX_HOST: "c" } });
  assert.deepEqual(host.clusters[0].proxmox.hosts, ["c"]);
  const env = { PROXMOX_TOKEN_VALUE_FILE: "/run/token" };
  assert.equal((await load({ config: several, files, env })).clusters[0].auth.token_value, SECRET);
  const inFile = { ...several, auth: { ...given, token_value_file: "gone" } };
  const value = await load({ config: inFile, env: { PROXMOX_TOKEN_VALUE: "new" } });
  assert.deepEqual([value.clusters[0].auth.token_value, value.clusters[0].auth.token_value_file], [
    "new",
    null,
  ]);
  const url = { ...several, database: { url_file: "/run/db" } };
  const database = (await load({ config: url, files, env: { DATABASE_URL: "sqlite:/new" } }))
    .database;
  assert.deepEqual(database, { url: "sqlite:/new", url_file: null });
  const both = { HTTP_PORT: "1", MCP_HTTP_PORT: "2" };
  assert.equal((await load({ env: both })).server.port, 2);
  assert.equal((await load({ env: both, options: { "--port": 3 } })).server.port, 3);
});

Deno.test("loadConfig names the variable that cannot be used or is missing", async () => {
  const { PROXMOX_USER: _, ...noUser } = ENV;
  const { PROXMOX_TOKEN_VALUE: __, ...noValue } = ENV;
  const cases: [Record<string, string>, RegExp][] = [
    [{ PROXMOX_PORT: "0" }, /^Cannot use PROXMOX_PORT: it must be a whole number from 1 to 65535$/],
    [{ PROXMOX_PORT: "8006 " + "x" }, /^Cannot use PROXMOX_PORT: it must be a whole number/],
    [{ PROXMOX_HOST: "https://a:1/" }, /^Cannot use PROXMOX_HOST: it must be .*: write "a"$/],
    [
      { PROXMOX_HOST: "a:8006" },
      /^Cannot use PROXMOX_HOST: .*: write "a" and PROXMOX_PORT 8006$/,
    ],
    [{ PROXMOX_USER: "root" }, /^Cannot use PROXMOX_USER: it must be of the form "name@realm"$/],
    [{ PROXMOX_TOKEN_NAME: "a@b!c" }, /^Cannot use PROXMOX_TOKEN_NAME: it must be only the part/],
    [{ PROXMOX_TOKEN_VALUE: "a b" }, /^Cannot use PROXMOX_TOKEN_VALUE: it must be the token's/],
    [
      { PROXMOX_TOKEN_VALUE_FILE: "/run/x" },
      /PROXMOX_TOKEN_VALUE and PROXMOX_TOKEN_VALUE_FILE are both given: keep one of them$/,
    ],
    [{ PROXMOX_VERIFY_SSL: "maybe" }, /^Cannot use PROXMOX_VERIFY_SSL: it must be true or false$/],
    [
      { PROXMOX_VERIFY_SSL: "no", PROXMOX_FINGERPRINT: "ab".repeat(32) },
      /PROXMOX_FINGERPRINT and PROXMOX_VERIFY_SSL: false are both given: keep one of them$/,
    ],
    [{ PROXMOX_FINGERPRINT: "ab" }, /^Cannot use PROXMOX_FINGERPRINT: it must be the certificate/],
    [{ LOG_LEVEL: "LOUD" }, /^Cannot use LOG_LEVEL: it must be one of DEBUG/],
    [{ HTTP_HOST: "a b" }, /^Cannot use HTTP_HOST: it must be a name or an IP address$/],
    [{ HTTP_PORT: "70000" }, /^Cannot use HTTP_PORT: it must be a whole number from 0 to 65535$/],
    [{ HTTP_PATH: "x" }, /^Cannot use HTTP_PATH: it must begin with "\/"/],
    [{ DATABASE_URL: "mysql://x" }, /^Cannot use DATABASE_URL: it must begin with sqlite: or/],
  ];
  for (const [env, message] of cases) {
    for (const file of ["/etc/site/config.json", undefined]) {
      const given = { ...(file === undefined ? ENV : { PROXMOX_TOKEN_VALUE: SECRET }), ...env };
      const config = { ...OLD, proxmox: { host: "pve.example" } };
      assert.match(await refusal({ config, file, env: given }), message);
      const error = await load({ config, file, env: given }).catch((error) => error);
      assert.ok(error instanceof VariableError, String(error));
    }
  }
  const alone: [Record<string, string>, string][] = [
    [noUser, "Cannot use the environment: PROXMOX_USER is missing"],
    [
      noValue,
      "Cannot use the environment: PROXMOX_TOKEN_VALUE is missing: give it or PROXMOX_TOKEN_VALUE_FILE",
    ],
    [
      { ...noValue, PROXMOX_TOKEN_VALUE_FILE: "/gone" },
      "Cannot read PROXMOX_TOKEN_VALUE_FILE /gone: no such file or folder",
    ],
    [{ PROXMOX_USER: "a@pve" }, "Cannot use the environment: PROXMOX_HOST is missing"],
  ];
  for (const [env, message] of alone) {
    assert.equal(await refusal({ file: undefined, env }), message);
    const error = await load({ file: undefined, env }).catch((error) => error);
    assert.ok(error instanceof VariableError, String(error));
  }
  assert.match(
    await refusal({ file: undefined, env: { LOG_LEVEL: "INFO" } }),
    /^Cannot find a config file/,
  );
});

Deno.test("loadConfig refuses a folder for secrets in which anything else lies", async () => {
  const refused = (secrets_dir: string, more: Record<string, unknown> = {}) =>
    assert.rejects(load({ config: { ...OLD, tools: { secrets_dir }, ...more } }), (error) => {
      assert.ok(error instanceof AppError);
      assert.match(error.message, /tools\.secrets_dir must be a folder of its own: .* is in \//);
      return true;
    });
  await refused(".");
  await refused("/");
  await refused("/srv/x", { database: { url: "sqlite:/srv/x/y/m.db" } });
  await refused("/srv/x/", { logging: { file: "/srv/x/m.log" } });
  const { tools } = await load({
    config: {
      ...OLD,
      tools: { secrets_dir: "secrets" },
      logging: { file: "/etc/site/secrets.log" },
    },
  });
  assert.equal(tools.secrets_dir, "/etc/site/secrets");
});
