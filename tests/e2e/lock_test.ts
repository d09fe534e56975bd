import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { permissionFlags } from "../../lib/cli/flags.ts";
import { workerPermissions } from "../../lib/sandbox/worker.ts";
import { type Config, loadConfig } from "../../lib/config/config.ts";
import { startFakePve } from "../fake_pve.ts";
import { spawnCli, startServe } from "../support/cli.ts";
import type { EscapeTargets } from "../support/escapes.ts";
import { callFails } from "../support/call.ts";
import { Folder } from "../support/folder.ts";

const LIBRARY = "/lib/x86_64-linux-gnu/libc.so.6";

interface Trap extends AsyncDisposable {
  readonly config: Config;
  readonly targets: EscapeTargets;
  /** Requests that got out to where nothing may go. */
  readonly escaped: string[];
}

/** A config whose "Proxmox" redirects to a server that must never hear anything. */
async function trap(folder: Folder): Promise<Trap> {
  const escaped: string[] = [];
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const other = Deno.serve(options, (request) => {
    escaped.push(request.url);
    return new Response("escaped");
  });
  const otherUrl = `http://127.0.0.1:${other.addr.port}/`;
  const allowed = Deno.serve(options, () => Response.redirect(otherUrl));
  const file = await folder.write("config.json", {
    proxmox: { host: "127.0.0.1", port: allowed.addr.port },
    auth: { user: "a@pve", token_name: "t", token_value: "x" },
    logging: { file: folder.at("x.log") },
  });
  return {
    config: await loadConfig({ file, env: () => undefined }),
    escaped,
    targets: {
      allowedUrl: `http://127.0.0.1:${allowed.addr.port}/`,
      otherUrl,
      otherHost: `http://localhost:${other.addr.port}/`,
      beside: folder.at("beside.db"),
      library: LIBRARY,
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([other.shutdown(), allowed.shutdown()]);
    },
  };
}

function assertConfined(results: Record<string, string>, { escaped }: Trap): void {
  const { "fetch the allowed port": allowed, ...attempts } = results;
  assert.equal(allowed, "ALLOWED");
  assert.ok(Object.keys(attempts).length >= 20);
  for (const [attempt, result] of Object.entries(attempts)) {
    assert.equal(result, "NotCapable", attempt);
  }
  assert.deepEqual(escaped, []);
}

Deno.test("a process with the flags of a config can do nothing else", async () => {
  await using folder = await Folder.make();
  await using trapped = await trap(folder);
  const script = fileURLToPath(new URL("../support/escapes_process.ts", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissionFlags(trapped.config), script, JSON.stringify(trapped.targets)],
    env: { PGPASSWORD: "S3cret" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assertConfined(JSON.parse(new TextDecoder().decode(stdout)), trapped);
});

Deno.test("a worker with the permissions of a config can do nothing else", async () => {
  await using folder = await Folder.make();
  await using trapped = await trap(folder);
  const permissions = workerPermissions(trapped.config);
  const options = { type: "module", deno: { permissions } } as WorkerOptions;
  const worker = new Worker(new URL("../support/escapes_worker.ts", import.meta.url).href, options);
  const { promise, resolve } = Promise.withResolvers<Record<string, string>>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.postMessage(trapped.targets);
  assertConfined(await promise, trapped);
  worker.terminate();
});

async function pveSite(folder: Folder, extra: Record<string, unknown> = {}) {
  const pve = await startFakePve();
  await folder.write("ca.pem", pve.caPem);
  const config = await folder.write("config.json", {
    proxmox: { host: pve.host, port: pve.port, ca_file: "ca.pem" },
    auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
    server: { port: 0, ...extra },
    logging: { file: folder.at("x.log") },
  });
  return { config, [Symbol.asyncDispose]: () => pve.close() };
}

async function flagsOf(config: string): Promise<string[]> {
  return permissionFlags(await loadConfig({ file: config, env: () => undefined }));
}

Deno.test("serve with exactly its flags is locked, and serves", async () => {
  await using folder = await Folder.make();
  await using site = await pveSite(folder, { require_lock: true });
  await using server = await startServe(["--config", site.config], {
    flags: await flagsOf(site.config),
  });
  assert.ok(server.lines.includes("  lock     locked (flags)"), server.lines.join("\n"));
  assert.equal(await callFails(server.url, site), false);
  server.kill("SIGINT");
  assert.equal((await server.status).code, 0);
});

Deno.test("serve that may do everything runs in a worker that may not, and serves", async () => {
  await using folder = await Folder.make();
  await using site = await pveSite(folder, { require_lock: true });
  await using server = await startServe(["--config", site.config], { flags: ["-A"] });
  assert.ok(server.lines.includes("  lock     locked (worker)"), server.lines.join("\n"));
  assert.equal(await callFails(server.url, site), false);
  server.kill("SIGTERM");
  assert.equal((await server.status).code, 0);
});

Deno.test("serve that cannot use a worker says what is too wide, or refuses when it must be locked", async () => {
  await using folder = await Folder.make();
  await using site = await pveSite(folder);
  const project = JSON.parse(
    await Deno.readTextFile(fileURLToPath(new URL("../../deno.json", import.meta.url))),
  );
  const workerless = await folder.write("deno.json", {
    imports: project.imports,
    unstable: ["no-legacy-abort"],
    lock: { path: fileURLToPath(new URL("../../deno.lock", import.meta.url)), frozen: true },
  });
  const flags = (await flagsOf(site.config)).map((flag) =>
    flag.startsWith("--allow-read") ? `${flag},/etc` : flag
  );
  const options = { flags: [...flags, "--allow-run", `--config=${workerless}`] };
  await using server = await startServe(["--config", site.config], options);
  const lock = server.lines.find((line) => line.startsWith("  lock")) ?? "";
  assert.match(lock, /NOT LOCKED: may run programs, may read \/etc\/passwd$/);
  await server[Symbol.asyncDispose]();
  const strict = JSON.parse(await folder.read("config.json"));
  strict.server.require_lock = true;
  await folder.write("config.json", strict);
  const refused = await spawnCli(["serve", "--config", site.config], options);
  assert.equal(refused.status, 1);
  assert.match(
    refused.err,
    /^proxmox-mcp: Cannot serve: server\.require_lock is set and the process may run programs/,
  );
});

Deno.test("serve with less than it needs says what is missing", async () => {
  await using folder = await Folder.make();
  await using site = await pveSite(folder);
  const flags = (await flagsOf(site.config)).map((flag) =>
    flag.startsWith("--allow-net") ? "--allow-net=127.0.0.1:0" : flag
  );
  const refused = await spawnCli(["serve", "--config", site.config], { flags });
  assert.equal(refused.status, 1);
  assert.match(
    refused.err,
    /^proxmox-mcp: Cannot serve: this process may not connect to 127\.0\.0\.1:\d+: start with `deno task start/,
  );
});
