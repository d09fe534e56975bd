import assert from "node:assert/strict";
import { mcpbBundle } from "../../lib/build/mcpb.ts";
import { startFakePve } from "../fake_pve.ts";
import { has, runScript } from "../support/documents.ts";
import { environmentOf } from "../support/environment.ts";
import { Folder } from "../support/folder.ts";
import { RELEASE, RUNTIME_NOTE } from "../support/release.ts";
import { askStarted } from "../support/started_client.ts";

/** The bundles' own tool, which also unpacks them as a client does. */
const MCPB = "npx -y @anthropic-ai/mcpb@2.1.2";

Deno.test({
  name: `the bundle for Claude Desktop is sound and starts as its manifest says${RUNTIME_NOTE}`,
  ignore: !has("npx"),
  fn: async () => {
    await using folder = await Folder.make();
    await using fake = await startFakePve();
    await Deno.writeFile(folder.at("proxmox.mcpb"), mcpbBundle(RELEASE));
    const unpack = `${MCPB} unpack proxmox.mcpb bundle && ${MCPB} validate bundle/manifest.json`;
    const { status, out, err } = await runScript(unpack, { cwd: folder.path });
    assert.equal(status, 0, `${out}${err}`);

    const { server, user_config } = JSON.parse(await folder.read("bundle/manifest.json"));
    const { PROXMOX_HOST, PROXMOX_PORT, PROXMOX_TOKEN_VALUE, ...rest } = environmentOf(fake);
    // What the user types; everything else is the manifest's.
    const typed: Record<string, string | undefined> = {
      host: PROXMOX_HOST,
      port: PROXMOX_PORT,
      token_value: PROXMOX_TOKEN_VALUE,
      user: rest.PROXMOX_USER,
      token_name: rest.PROXMOX_TOKEN_NAME,
      fingerprint: fake.fingerprint,
    };
    for (const [key, { required }] of Object.entries<{ required: boolean }>(user_config)) {
      if (required) assert.ok(typed[key], key);
    }
    assert.equal(user_config.token_value.sensitive, true);
    const filled = (text: string) =>
      text.replaceAll("${__dirname}", folder.at("bundle"))
        .replaceAll("${HOME}", folder.path)
        .replaceAll(
          /\$\{user_config\.(\w+)\}/g,
          (_, key) => typed[key] ?? user_config[key].default,
        );
    const { command, args, env } = server.mcp_config;
    const { tools, nodes, said } = await askStarted({
      command: filled(command),
      args: args.map(filled),
      env: Object.fromEntries(
        Object.entries<string>(env).map(([name, text]) => [name, filled(text)]),
      ),
    });
    assert.ok(tools.includes("get_vms") && !tools.includes("start_vm"));
    assert.match(JSON.stringify(nodes), /pve1/);
    assert.match(said, /^ {2}lock +locked \(worker\)$/m);
    assert.ok((await Deno.stat(folder.at(".proxmox-mcp.db"))).size > 0);
  },
});
