import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { permissionFlags } from "../../lib/cli/flags.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { startFakePve } from "../fake_pve.ts";
import { spawnCli, startServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";

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

Deno.test("a container's terminal is reached under the lock, with the cluster's CA and with a pinned certificate", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  await folder.write("ca.pem", pve.caPem);
  pve.state.guests.get(200)!.config.cmode = "shell";
  for (const trust of [{ ca_file: "ca.pem" }, { fingerprint: pve.fingerprint }]) {
    const config = await folder.write("config.json", {
      proxmox: { host: pve.host, port: pve.port, ...trust },
      auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
      server: { port: 0, require_lock: true },
      tools: { container_exec: true },
    });
    const options = { flags: await flagsOf(config) };
    await using server = await startServe(["--config", config, "--no-auth"], options);
    const response = await fetch(server.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        method: "tools/call",
        params: {
          name: "execute_container_command",
          arguments: { vmid: 200, command: ["echo", "locked"] },
        },
      }),
    });
    const { result } = await response.json();
    assert.equal(result?.structuredContent?.stdout, "locked\n", JSON.stringify(result));
  }
});

Deno.test("a Proxmox token's secret is written under the lock, by flags and in a worker", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  await folder.write("ca.pem", pve.caPem);
  await Deno.mkdir(folder.at("secrets"));
  const config = await folder.write("config.json", {
    proxmox: { host: pve.host, port: pve.port, ca_file: "ca.pem" },
    auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
    server: { port: 0, require_lock: true },
    tools: { secrets_dir: "secrets" },
  });
  for (
    const [name, options] of [["flags", { flags: await flagsOf(config) }], ["worker", {}]] as const
  ) {
    await using server = await startServe(["--config", config, "--no-auth"], options);
    const response = await fetch(server.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        method: "tools/call",
        params: { name: "create_proxmox_token", arguments: { user: "operator@pve", name } },
      }),
    });
    const { result } = await response.json();
    const made = pve.state.tokens.find((token) => token.name === name);
    assert.ok(made, JSON.stringify(result));
    const { secret_file } = result.structuredContent;
    assert.equal(secret_file, folder.at(`secrets/operator@pve!${name}`));
    assert.equal(await Deno.readTextFile(secret_file), `${made.value}\n`);
  }
});
