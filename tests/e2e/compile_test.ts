import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HEAP_FLAG } from "../../lib/cli/flags.ts";
import { findRuntime } from "../../lib/build/runtime.ts";
import { type Executable, holds, readExecutable } from "../support/executable.ts";
import { Folder } from "../support/folder.ts";
import { taskArgs } from "../support/task.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SECRET = "12345678-aaaa-bbbb-cccc-1234567890ab";
/** Stands in for the runtime where that cannot be downloaded: the result can be read, not run. */
const STAND_IN = "/bin/true";

const HAS_OWN = (await findRuntime()).version === Deno.version.deno;

/** Compiles with this Deno: what it bakes in can be read even where its own runtime is not to be had. */
async function compile(cwd: string, args: readonly string[]): Promise<string> {
  const output = join(cwd, "proxmox-mcp");
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...taskArgs("compile"),
      ...args,
      ...["--output", output],
    ],
    env: HAS_OWN ? {} : { DENORT_BIN: STAND_IN },
    cwd,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr).trim());
  return output;
}

function assertOnlyTheProgram(executable: Executable): void {
  const { code_cache_key, v8_flags } = executable.metadata;
  assert.equal(code_cache_key, null, "code would be run that anyone can write");
  // The runtime's own stand before it.
  const bound = HEAP_FLAG.replace("--v8-flags=", "").split(",");
  assert.deepEqual(v8_flags.slice(-bound.length), bound);
  const { files } = executable;
  for (const file of files) assert.match(file, /^([\w.-]+|lib\/cli\/serve\/worker)\.js$/);
  assert.ok(files.includes("main.js") && holds(executable, "get_nodes"));
  for (const other of ["fake_pve", "npm/fast-check/", "npm/@modelcontextprotocol/sdk/"]) {
    assert.ok(!holds(executable, other), other);
  }
  for (const path of [ROOT, "/.cache/deno/npm", SECRET]) assert.ok(!holds(executable, path), path);
  assert.ok(executable.bytes.length < 120 * 1024 * 1024);
}

Deno.test("compile --config bakes in exactly what that config calls for", async () => {
  await using folder = await Folder.make();
  await folder.write("config.json", {
    proxmox: { host: "pve.example", verify_ssl: false },
    auth: { user: "a@pve", token_name: "t", token_value: SECRET },
    database: { url: `sqlite:${folder.at("x.db")}` },
    logging: { file: "x.log" },
  });
  const executable = await readExecutable(
    await compile(folder.path, ["--config", "config.json", "--port", "9001"]),
  );
  const { metadata } = executable;
  assert.deepEqual(metadata.argv, ["--default-config=config.json"]);
  const database = ["x.db", "x.db-wal", "x.db-shm"].map((name) => folder.at(name));
  const log = ["x.log", "x.log.1", "x.log.2", "x.log.3", "x.log.4", "x.log.5"];
  const { permissions } = metadata;
  assert.deepEqual(permissions.allow_net, ["127.0.0.1:9001", "pve.example:8006"]);
  assert.deepEqual(permissions.allow_read, ["config.json", ...database, ...log]);
  assert.deepEqual(permissions.allow_write, [...database, ...log]);
  assert.equal(permissions.allow_env instanceof Array && permissions.allow_env.length, 26);
  assert.deepEqual(permissions.ignore_env, ["PG*"]);
  for (const kind of ["allow_run", "allow_ffi", "allow_sys"]) assert.equal(permissions[kind], null);
  assert.deepEqual(permissions.deny_import, [], "every import is denied");
  assert.equal(permissions.prompt, false);
  assert.deepEqual(metadata.unsafely_ignore_certificate_errors, null);
  assertOnlyTheProgram(executable);
});

Deno.test("compile without a config makes what runs its server in a worker, for both architectures", async () => {
  await using folder = await Folder.make();
  const target = "aarch64-unknown-linux-gnu";
  // The other architecture's runtime would be a download of its own.
  const args = HAS_OWN ? [] : ["--target", target];
  const executable = await readExecutable(await compile(folder.path, args));
  const { metadata } = executable;
  assert.deepEqual(metadata.argv, []);
  assert.deepEqual(metadata.permissions.allow_net, [], "everything");
  assert.equal(metadata.permissions.prompt, false);
  assert.ok(metadata.unstable_config.features.includes("worker-options"));
  assert.equal(metadata.unsafely_ignore_certificate_errors, null);
  assert.equal(metadata.log_level, "ERROR", "clients cannot make the runtime's libraries log");
  assert.ok(executable.files.includes("lib/cli/serve/worker.js"));
  assertOnlyTheProgram(executable);
});

Deno.test("compile tells what it cannot do in one line, without colours", async () => {
  await using folder = await Folder.make();
  const run = async (...args: string[]) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...taskArgs("compile"), ...args],
      cwd: folder.path,
      env: { DENORT_BIN: "/nowhere", FORCE_COLOR: "1", NO_COLOR: "" },
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
  const failed = await run();
  assert.equal(failed.code, 1);
  assert.match(
    failed.err,
    /^proxmox-mcp: Cannot compile: [^\n]*Could not find denort at '\/nowhere'/,
  );
  assert.doesNotMatch(failed.err, /\[\d+m/);
});
