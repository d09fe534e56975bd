import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { startFakePve } from "../fake_pve.ts";
import { cli, superviseServe } from "../support/cli.ts";
import { callFails } from "../support/call.ts";
import { Folder } from "../support/folder.ts";

const SCRIPT = fileURLToPath(new URL("../../lib/cli/serve/start.ts", import.meta.url));

function start(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", SCRIPT, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

Deno.test("start gives serve the flags of its config, the one that skips verification too", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const config = await folder.write("config.json", {
    proxmox: { host: pve.host, port: pve.port, verify_ssl: false, service: "PVE" },
    auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
    server: { port: 0 },
    logging: {
      level: "INFO",
      format: "%(asctime)s - %(name)s - %(levelname)s - %(message)s",
      file: folder.at("proxmox_mcp.log"),
    },
  });
  await using server = await superviseServe(start("--config", config));
  assert.ok(server.lines.includes("  lock     locked (flags)"), server.lines.join("\n"));
  assert.match(server.lines.join("\n"), /127\.0\.0\.1 port \d+: Proxmox VE 9\.2\.11/);
  server.kill("SIGTERM");
  assert.equal((await server.status).code, 0);
  assert.match(await folder.read("proxmox_mcp.log"), /INFO - Server stopped$/m);
});

Deno.test("start pins a certificate and refuses any other", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const config = await folder.write("config.json", {
    proxmox: { host: pve.host, port: pve.port, fingerprint: pve.fingerprint },
    auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
    server: { port: 0, require_lock: true },
  });
  {
    await using server = await superviseServe(start("--config", config));
    assert.match(server.lines.join("\n"), /127\.0\.0\.1 port \d+: Proxmox VE 9\.2\.11/);
    assert.equal(await callFails(server.url, { config, tool: "get_vms" }), false);
  }
  const before = pve.requests.length;
  const wrong = JSON.parse(await folder.read("config.json"));
  wrong.proxmox.fingerprint = "ab".repeat(32);
  await folder.write("config.json", wrong);
  await using server = await superviseServe(start("--config", config));
  assert.match(
    server.lines.join("\n"),
    /cannot trust the certificate of 127\.0\.0\.1:\d+ \(fingerprint mismatch/,
  );
  assert.equal(pve.requests.length, before, "the wrong server got no request");
});

Deno.test("start tells a bad option or config in one line", async () => {
  const misused = await start("--prot", "1").output();
  assert.equal(misused.code, 2);
  const failed = await start("--config", "/nowhere.json").output();
  assert.equal(failed.code, 1);
  assert.match(
    new TextDecoder().decode(failed.stderr),
    /^proxmox-mcp: Cannot read config \/nowhere\.json: no such file or folder\n$/,
  );
});

Deno.test("serve lets a call under way end before it stops", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  await folder.write("ca.pem", pve.caPem);
  const config = await folder.write("config.json", {
    proxmox: { host: pve.host, port: pve.port, ca_file: "ca.pem" },
    auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
    server: { port: 0, shutdown_seconds: 30 },
  });
  await using server = await superviseServe(start("--config", config));
  await cli(["user", "create", "ayse", "--superuser", "--config", config]);
  const args = ["--user", "ayse", "--name", "x", "--permission", "read", "--config", config];
  const token = (await cli(["token", "create", ...args])).out;
  pve.fault({ path: /^\/nodes\/pve1\/status$/ }, { kind: "delay", ms: 700 });
  const arguments_ = { node: "pve1" };
  const call = fetch(server.url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      method: "tools/call",
      params: { name: "get_node_status", arguments: arguments_ },
    }),
  });
  while (!pve.requests.some(({ path }) => path === "/nodes/pve1/status")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  server.kill("SIGTERM");
  assert.equal((await (await call).json()).result.isError ?? false, false);
  assert.equal((await server.status).code, 0);
});
