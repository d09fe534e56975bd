import assert from "node:assert/strict";
import { loadConfig } from "../../lib/config/config.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { startFakePve } from "../fake_pve.ts";
import { spawnCli, startServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";
import { GUIDE, oldConfig } from "../support/guide.ts";
import { OFFERED } from "../support/offered.ts";

Deno.test("the guide's options hold; --no-auth only where nobody else can reach it", async (t) => {
  await using fake = await startFakePve();
  await using folder = await Folder.make();
  await Deno.mkdir(folder.at("proxmox-config"));
  await folder.write("proxmox-config/config.json", oldConfig(fake));
  const args = GUIDE.options.replace("8812", "0").split(" ");
  await t.step("refused on every address", async () => {
    const { status, err } = await spawnCli(["serve", ...args], {
      cwd: folder.path,
    });
    assert.equal(status, 1);
    assert.match(err, /^proxmox-mcp: Cannot serve with --no-auth on 0\.0\.0\.0: [^\n]+$/m);
  });
  await t.step("served on loopback, with --debug and --log-file", async () => {
    const local = args.map((arg) => arg === "0.0.0.0" ? "127.0.0.1" : arg);
    await using server = await startServe([...local, "--debug", "--log-file", "debug.log"], {
      cwd: folder.path,
    });
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
    const response = await fetch(server.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"method": "tools/list"}',
    });
    assert.equal((await response.json()).result.tools.length, OFFERED.length);
    assert.match(await folder.read("debug.log"), /Server started/);
  });
});

Deno.test("the guide's config file, environment and options are read as the Python server read them", async () => {
  await using folder = await Folder.make();
  const file = await folder.write("config.json", GUIDE.config);
  const config = await loadConfig({ file, env: () => undefined });
  assert.deepEqual(config.clusters[0].proxmox.hosts, ["your-proxmox-host"]);
  assert.deepEqual([config.clusters[0].proxmox.port, config.clusters[0].proxmox.verify_ssl], [
    8006,
    false,
  ]);
  assert.deepEqual(
    [
      config.clusters[0].auth.user,
      config.clusters[0].auth.token_name,
      config.clusters[0].auth.token_value,
    ],
    ["username@pve", "your-token-name", "your-token-value"],
  );
  assert.equal(config.logging.file, `${Deno.cwd()}/proxmox_mcp.log`);
  assert.deepEqual([config.server.host, config.server.port], ["127.0.0.1", 8812]);
  const env = { MCP_HTTP_HOST: "10.0.0.1", MCP_HTTP_PORT: "9000", MCP_HTTP_PATH: "/mcp-x798631" };
  const fromEnvironment = await loadConfig({
    file,
    env: (name) => env[name as keyof typeof env],
    options: { "--port": 9001 },
  });
  const { host, port, path } = fromEnvironment.server;
  assert.deepEqual([host, port, path], ["10.0.0.1", 9001, "/mcp-x798631"]);
});

Deno.test("the guide's tools have the scopes that it names", () => {
  for (const [scope, names] of Object.entries(GUIDE.scopes)) {
    for (const name of names) assert.equal(TOOLS.find((tool) => tool.name === name)?.scope, scope);
  }
});
