import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findRuntime } from "../../lib/build/runtime.ts";
import { type FakePve, startFakePve } from "../fake_pve.ts";
import { superviseServe } from "../support/cli.ts";
import { callFails } from "../support/call.ts";
import { type Executable, holds, readExecutable } from "../support/executable.ts";
import { Folder } from "../support/folder.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SECRET = "12345678-aaaa-bbbb-cccc-1234567890ab";
/** Stands in for the runtime where that cannot be downloaded: the result can be read, not run. */
const STAND_IN = "/bin/true";

const RUNTIME = await findRuntime();
const VERSION = RUNTIME.version === Deno.version.deno ? "" : ` (runtime ${RUNTIME.version})`;

/** Compiles with this Deno: what it bakes in can be read even where its own runtime is not to be had. */
async function compile(cwd: string, args: readonly string[]): Promise<string> {
  const isOwn = RUNTIME.version === Deno.version.deno;
  const stand = isOwn ? {} : { DENORT_BIN: STAND_IN };
  return await make(cwd, { script: "compile", args, env: stand });
}

/** Compiles what runs here, with the runtime that was found. */
async function compileToRun(cwd: string, args: readonly string[]): Promise<string> {
  return await make(cwd, { script: "runtime", args, env: {} });
}

async function make(
  cwd: string,
  { script, args, env }: { script: string; args: readonly string[]; env: Record<string, string> },
): Promise<string> {
  const output = join(cwd, "proxmox-mcp");
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-prompt", `${ROOT}lib/build/${script}.ts`],
      ...args,
      ...["--output", output],
    ],
    env,
    cwd,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr).trim());
  return output;
}

function assertOnlyTheProgram(executable: Executable): void {
  const { code_cache_key } = executable.metadata;
  assert.equal(code_cache_key, null, "code would be run that anyone can write");
  const own = executable.files.filter((file) => !file.startsWith(".deno_compile_node_modules/"));
  for (const file of own) assert.match(file, /^(main\.ts|deno\.json|(lib|tools)\/[\w/]+\.ts)$/);
  assert.ok(own.includes("main.ts") && own.includes("tools/get_nodes.ts"));
  for (const file of executable.files) {
    assert.doesNotMatch(file, /_test\.|fake_pve|(^|\/)tests?\/|fast-check|sdk\//);
    assert.match(file, /\.(ts|js|cjs|mjs|json|wasm)$/);
  }
  for (const path of [ROOT, "/.cache/deno/npm", SECRET]) assert.ok(!holds(executable, path), path);
  assert.ok(executable.bytes.length < 120 * 1024 * 1024);
}

Deno.test("compile --config bakes in exactly what that config calls for", async () => {
  await using folder = await Folder.make();
  await folder.write("config.json", {
    proxmox: { host: "pve.example", verify_ssl: false },
    auth: { user: "a@pve", token_name: "t", token_value: SECRET },
    database: { url: "sqlite:/var/lib/m/x.db" },
  });
  const executable = await readExecutable(
    await compile(folder.path, ["--config", "config.json", "--port", "9001"]),
  );
  const { metadata } = executable;
  assert.deepEqual(metadata.argv, ["--default-config=config.json"]);
  const database = ["/var/lib/m/x.db", "/var/lib/m/x.db-wal", "/var/lib/m/x.db-shm"];
  const { permissions } = metadata;
  assert.deepEqual(permissions.allow_net, ["127.0.0.1:9001", "pve.example:8006"]);
  assert.deepEqual(permissions.allow_read, ["config.json", ...database]);
  assert.deepEqual(permissions.allow_write, database);
  assert.equal(permissions.allow_env instanceof Array && permissions.allow_env.length, 26);
  assert.deepEqual(permissions.ignore_env, ["PG*"]);
  for (const kind of ["allow_run", "allow_ffi", "allow_sys"]) assert.equal(permissions[kind], null);
  assert.deepEqual(permissions.deny_import, [], "every import is denied");
  assert.equal(permissions.prompt, false);
  assert.deepEqual(metadata.unsafely_ignore_certificate_errors, ["pve.example"]);
  assertOnlyTheProgram(executable);
});

Deno.test("compile without a config makes what runs its server in a worker, for both architectures", async () => {
  await using folder = await Folder.make();
  const target = "aarch64-unknown-linux-gnu";
  // The other architecture's runtime would be a download of its own.
  const args = RUNTIME.version === Deno.version.deno ? [] : ["--target", target];
  const executable = await readExecutable(await compile(folder.path, args));
  const { metadata } = executable;
  assert.deepEqual(metadata.argv, []);
  assert.deepEqual(metadata.permissions.allow_net, [], "everything");
  assert.equal(metadata.permissions.prompt, false);
  assert.ok(metadata.unstable_config.features.includes("worker-options"));
  assert.equal(metadata.unsafely_ignore_certificate_errors, null);
  assert.ok(executable.files.includes("lib/cli/serve/worker.ts"));
  assertOnlyTheProgram(executable);
});

Deno.test("compile refuses an unknown target and an unusable config with one line", async () => {
  await using folder = await Folder.make();
  const run = async (...args: string[]) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-prompt", `${ROOT}lib/build/compile.ts`, ...args],
      cwd: folder.path,
    }).output();
    return { code, err: new TextDecoder().decode(stderr).trim() };
  };
  const target = await run("--target", "x86_64-pc-windows-msvc");
  assert.equal(target.code, 2);
  assert.match(target.err, /^proxmox-mcp: .*It must be one of x86_64-unknown-linux-gnu, aarch64/);
  const config = await run("--config", "absent.json");
  assert.equal(config.code, 1);
  assert.match(
    config.err,
    /^proxmox-mcp: Cannot read config absent\.json: no such file or folder$/,
  );
});

/** A config for a simulated Proxmox, by a name that its certificate holds. */
async function writeConfig(folder: Folder, pve: FakePve): Promise<string> {
  await folder.write("ca.pem", pve.caPem);
  return await folder.write("config.json", {
    proxmox: { host: "localhost", port: pve.port, ca_file: "ca.pem" },
    auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
    server: { port: freePort(), require_lock: true },
  });
}

async function servesWith(binary: string, args: readonly string[], lock: string): Promise<void> {
  const run = (...args: string[]) => new Deno.Command(binary, { args }).output();
  assert.equal((await run("version")).code, 0);
  assert.equal((await run("migrate", ...args)).code, 0);
  const checked = await run("check", ...args);
  const report = new TextDecoder().decode(checked.stdout);
  assert.equal(checked.code, 0, report);
  assert.match(report, new RegExp(`^ok {4}lock {6}${RegExp.escape(lock)}$`, "m"));
  const command = new Deno.Command(binary, {
    args: ["serve", ...args],
    stdout: "piped",
    stderr: "piped",
  });
  await using server = await superviseServe(command);
  assert.ok(server.lines.includes(`  lock     ${lock}`), server.lines.join("\n"));
  const config = args.at(-1) ?? "config.json";
  assert.equal(await callFails(server.url, { config }), false);
  assert.equal(await callFails(server.url, { config, tool: "get_vms" }), false);
  server.kill("SIGTERM");
  assert.equal((await server.status).code, 0);
}

Deno.test(`an executable for a config checks, serves and stops, locked${VERSION}`, async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const config = await writeConfig(folder, pve);
  const binary = await compileToRun(folder.path, ["--config", config]);
  await servesWith(binary, ["--config", config], "locked (compiled)");
});

Deno.test(`an executable for any config serves in a worker, locked${VERSION}`, async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const config = await writeConfig(folder, pve);
  const binary = await compileToRun(folder.path, []);
  await servesWith(binary, ["--config", config], "locked (worker)");
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
