import assert from "node:assert/strict";
import type { Ground, Running } from "./ground.ts";

/** SIGHUP, while the server has not read another config since it was started. */
export async function reload(
  t: Deno.TestContext,
  { ground, site }: { readonly ground: Ground; readonly site: Running },
): Promise<void> {
  const { folder } = ground;
  const toolNames = async () => {
    const { json } = await site.post({ method: "tools/list" });
    return json.result.tools.map((tool: { name: string }) => tool.name);
  };

  await t.step("SIGHUP with a config that cannot be used changes nothing", async () => {
    await ground.configure({ tools: { deny: ["get_vm"] } });
    site.process.kill("SIGHUP");
    const line = await site.process.line(/Cannot reload/);
    assert.match(line, /ERROR - Cannot reload: Cannot use tools\.deny: there is no tool get_vm/);
    assert.ok((await toolNames()).includes("get_vms"));
  });

  await t.step(
    "SIGHUP reloads tools, log level and log file, and says what must wait",
    async () => {
      await Deno.rename(folder.at("proxmox_mcp.log"), folder.at("proxmox_mcp.log.1"));
      await ground.configure({
        tools: { deny: ["get_vms"], confirm: "always", scopes: { get_pools: "admin" } },
        logging: { level: "WARNING" },
        server: { port: 1 },
      });
      site.process.kill("SIGHUP");
      const line = await site.process.line(/Reloaded/);
      assert.match(
        line,
        /WARNING - Reloaded; takes effect after a restart only: server\.port, tools\.confirm$/,
      );
      assert.ok(!(await toolNames()).includes("get_vms"));
      assert.match(await folder.read("proxmox_mcp.log"), /Reloaded/);
      assert.doesNotMatch(await folder.read("proxmox_mcp.log.1"), /Reloaded/);
    },
  );
}
