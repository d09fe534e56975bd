import assert from "node:assert/strict";
import { permissionFlags } from "../../lib/cli/flags.ts";
import { shellWord } from "../../lib/command.ts";
import { runtimeArguments } from "../../lib/cli/serve/start.ts";
import { loadConfig, type ServeOptions } from "../../lib/config/config.ts";
import { cli } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";

const ENV = "--allow-env=" + [
  ...["ALL_PROXY", "CREDENTIALS_DIRECTORY", "DATABASE_URL", "DENO_TLS_CA_STORE", "HTTPS_PROXY"],
  ...["HTTP_HOST", "HTTP_PATH", "HTTP_PORT", "HTTP_PROXY", "LOG_LEVEL"],
  ...["MCP_HTTP_HOST", "MCP_HTTP_PATH", "MCP_HTTP_PORT"],
  ...["PROXMOX_CA_FILE", "PROXMOX_FINGERPRINT", "PROXMOX_HOST", "PROXMOX_MCP_CONFIG"],
  ...["PROXMOX_PORT", "PROXMOX_TOKEN_NAME", "PROXMOX_TOKEN_VALUE", "PROXMOX_TOKEN_VALUE_FILE"],
  ...["PROXMOX_USER", "PROXMOX_VERIFY_SSL", "all_proxy", "http_proxy", "https_proxy"],
].join(",");

async function flagsFor(config: Record<string, unknown>, options: ServeOptions = {}) {
  return permissionFlags(await configFor(config, options));
}

async function configFor(config: Record<string, unknown>, options: ServeOptions = {}) {
  return await loadConfig({
    file: "/etc/m/config.json",
    env: () => undefined,
    readFile: () =>
      Promise.resolve(JSON.stringify({
        proxmox: { host: "pve.example" },
        auth: { user: "a@pve", token_name: "t", token_value: "S3cret" },
        ...config,
      })),
    options,
  });
}

Deno.test("a checkout's server is run with the heap's bound, before what it may do", async () => {
  const [run, , heap, ...flags] = runtimeArguments(await configFor({}));
  assert.equal(run, "run");
  assert.match(heap ?? "", /^--v8-flags=--max-semi-space-size=\d+,--heap-growing-percent=\d+$/);
  assert.deepEqual(flags.slice(0, -1), await flagsFor({}));
});

Deno.test("permissionFlags of a small config is exact", async () => {
  const database = "/etc/m/proxmox-mcp.db,/etc/m/proxmox-mcp.db-wal,/etc/m/proxmox-mcp.db-shm";
  assert.deepEqual(await flagsFor({}), [
    "--no-prompt",
    "--deny-import",
    "--no-remote",
    "--allow-net=127.0.0.1:8812,pve.example:8006",
    `--allow-read=/etc/m/config.json,${database}`,
    `--allow-write=${database}`,
    ENV,
    "--ignore-env=PG*",
  ]);
});

Deno.test("permissionFlags of stdio let it listen nowhere, and leave the log's files to the server", async () => {
  const database = "/etc/m/proxmox-mcp.db,/etc/m/proxmox-mcp.db-wal,/etc/m/proxmox-mcp.db-shm";
  const config = {
    server: { tls: { cert_file: "cert.pem", key_file: "key.pem" } },
    logging: { file: "/var/log/m.log", audit_file: "/var/log/audit.log" },
  };
  const stdio = { "--stdio": true, "--token-file": "/home/a/token" };
  assert.deepEqual(await flagsFor(config, stdio), [
    "--no-prompt",
    "--deny-import",
    "--no-remote",
    "--allow-net=pve.example:8006",
    `--allow-read=/etc/m/config.json,/home/a/token,${database}`,
    `--allow-write=${database}`,
    ENV,
    "--allow-sys=uid,gid,userInfo",
    "--ignore-env=PG*",
  ]);
  const unkept = await flagsFor({ ...config, audit: { database: false } }, stdio);
  assert.match(
    unkept.find((flag) => flag.startsWith("--allow-write")) ?? "",
    /\/var\/log\/audit\.log/,
  );
});

Deno.test("permissionFlags names every host, secret, certificate and log file", async () => {
  const log = ["x", "audit"].flatMap((name) =>
    ["", ".1", ".2", ".3", ".4", ".5"].map((end) => `/var/log/m/${name}.log${end}`)
  ).join(",");
  const database = "/var/lib/m/x.db,/var/lib/m/x.db-wal,/var/lib/m/x.db-shm";
  const credentials = "/run/credentials/proxmox-mcp.service";
  assert.deepEqual(
    await flagsFor({
      proxmox: { hosts: ["10.0.0.1", "fe80::1"], port: 443, ca_file: "ca.pem" },
      auth: { user: "a@pve", token_name: "t", token_value_file: "token" },
      server: { host: "::", tls: { cert_file: "c.pem", key_file: "/etc/ssl/k.pem" } },
      database: { url: "sqlite:/var/lib/m/x.db" },
      audit: { key_file: "audit.key", head_file: "/var/log/m/heads" },
      tools: { secrets_dir: "secrets" },
      logging: { file: "/var/log/m/x.log", audit_file: "/var/log/m/audit.log" },
    }, { "--port": 9000 }),
    [
      "--no-prompt",
      "--deny-import",
      "--no-remote",
      "--allow-net=[::]:9000,10.0.0.1:443,[fe80::1]:443",
      `--allow-read=/etc/m/config.json,/etc/m/token,${credentials}/token,/etc/ssl/k.pem,` +
      `${credentials}/k.pem,/etc/m/audit.key,${credentials}/audit.key,` +
      `/etc/m/ca.pem,/etc/m/c.pem,${database},${log},/var/log/m/heads`,
      // Secrets are written and never read.
      `--allow-write=${database},${log},/var/log/m/heads,/etc/m/secrets`,
      ENV,
      "--ignore-env=PG*",
    ],
  );
});

Deno.test("permissionFlags lets the runtime verify every certificate", async () => {
  for (const how of [{ verify_ssl: false }, { fingerprint: "ab".repeat(32) }]) {
    const flags = await flagsFor({ proxmox: { host: "a", ...how } });
    assert.ok(!flags.join().includes("unsafely"));
  }
});

Deno.test("permissionFlags of a PostgreSQL config names its host, or its socket", async () => {
  const flags = await flagsFor({
    database: {
      url: "postgres://m:S3cret@db.example:5433/m?sslmode=verify-full&sslrootcert=/etc/m/db.pem",
    },
  });
  assert.ok(flags.includes("--allow-net=127.0.0.1:8812,pve.example:8006,db.example:5433"));
  assert.ok(flags.includes("--allow-read=/etc/m/config.json,/etc/m/db.pem"));
  assert.ok(!flags.some((flag) => flag.startsWith("--allow-write") || flag.includes("S3cret")));
  const socket = await flagsFor({ database: { url: "postgres://m@%2Frun%2Fpostgresql/m" } });
  const path = "/run/postgresql/.s.PGSQL.5432";
  assert.ok(socket.includes(`--allow-net=127.0.0.1:8812,pve.example:8006,unix:${path}`));
  assert.ok(socket.includes(`--allow-read=/etc/m/config.json,${path}`));
  assert.ok(socket.includes(`--allow-write=${path}`));
});

Deno.test("permissionFlags never grants a whole kind, to run, to load or to import", async () => {
  for (const flag of await flagsFor({})) {
    assert.doesNotMatch(flag, /^--allow-(net|read|write|env)$/);
    assert.doesNotMatch(flag, /^(-A|--allow-(all|run|ffi|sys|import))/);
  }
});

Deno.test("flags prints one line that a shell and Deno read back", async () => {
  await using folder = await Folder.make();
  await Deno.mkdir(folder.at("with space"));
  const config = await folder.write("with space/a'b.json", {
    proxmox: { host: "127.0.0.1" },
    auth: { user: "a@pve", token_name: "t", token_value_file: "absent" },
  });
  const { status, out } = await cli(["flags", "--config", config, "--port", "9001"]);
  assert.equal(status, 0);
  assert.doesNotMatch(out, /\n/);
  const script = `"$1" run ${out} "$2" "$3"`;
  const reader = await folder.write(
    "reader.ts",
    `const read = (path) => Deno.permissions.querySync({ name: "read", path }).state;
    const net = (host) => Deno.permissions.querySync({ name: "net", host }).state;
    console.log(read(Deno.args[0]), read("/etc/passwd"), net("127.0.0.1:9001"), net("127.0.0.1"));`,
  );
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", script, "sh", Deno.execPath(), reader, config],
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  assert.equal(text(stdout), "granted prompt granted prompt", text(stderr));
  const comma = await folder.write("a,b.json", await folder.read("with space/a'b.json"));
  assert.match(
    (await cli(["flags", "--config", comma])).err,
    /splits its lists at commas: rename it$/,
  );
});

Deno.test("flags can be put into a command line without eval", async () => {
  await using folder = await Folder.make();
  const config = await folder.write("config.json", {
    proxmox: { host: "fe80::1" },
    auth: { user: "a@pve", token_name: "t", token_value: "x" },
  });
  const { out } = await cli(["flags", "--config", config]);
  const script = await folder.write("flags.sh", `printf '%s' "${out}"`);
  const command = `"$1" run $(sh ${script}) "$2"`;
  const reader = await folder.write("reader.ts", 'console.log(Deno.env.get("PGHOST") ?? "unset")');
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", command, "sh", Deno.execPath(), reader],
    env: { PGHOST: "192.0.2.1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  assert.equal(text(stdout), "unset", text(stderr));
});

Deno.test("shellWord quotes what a shell would run", () => {
  for (const plain of ["--allow-net=a:1,b:2", "--ignore-env=PG*", "[::1]:80"]) {
    assert.equal(shellWord(plain), plain);
  }
  assert.equal(shellWord("a b"), "'a b'");
  assert.equal(shellWord("$(id)"), "'$(id)'");
  assert.equal(shellWord("it's"), `'it'\\''s'`);
});
