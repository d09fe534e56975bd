import assert from "node:assert/strict";
import { npmPackage } from "../../lib/build/npm.ts";
import { HEAP_FLAG } from "../../lib/cli/flags.ts";
import { startFakePve } from "../fake_pve.ts";
import { superviseServe } from "../support/cli.ts";
import { has } from "../support/documents.ts";
import { environmentOf } from "../support/environment.ts";
import { Folder } from "../support/folder.ts";
import { RELEASE } from "../support/release.ts";
import { askStarted } from "../support/started_client.ts";

const PATH = Deno.env.get("PATH") ?? "";

Deno.test({
  name: "the npm package, installed from its file, runs by npx, locked to its config",
  ignore: !has("npx"),
  fn: async (t) => {
    await using folder = await Folder.make();
    await using fake = await startFakePve();
    const file = folder.at("proxmox-mcp.tgz");
    await Deno.writeFile(
      file,
      await npmPackage(RELEASE),
    );
    await folder.write("package.json", {});
    const env = {
      ...environmentOf(fake),
      DATABASE_URL: `sqlite:${folder.at("proxmox-mcp.db")}`,
      HTTP_PORT: "0",
      HOME: Deno.env.get("HOME") ?? "",
      PATH,
    };
    const command = (program: string, args: readonly string[]) =>
      new Deno.Command(program, {
        args: [...args],
        cwd: folder.path,
        clearEnv: true,
        env,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      });
    const run = async (program: string, ...args: string[]) => {
      const { code, stdout, stderr } = await command(program, args).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
      return { code, out: text(stdout), err: text(stderr) };
    };
    // npx keeps signals from what it runs.
    const bin = folder.at("node_modules/.bin/proxmox-mcp");
    const npx = (...args: string[]) => run("npx", "--no-install", "proxmox-mcp", ...args);

    await t.step("install", async () => {
      const { code, err } = await run("npm", "install", "--ignore-scripts", "--no-audit", file);
      assert.equal(code, 0, err);
      const flags = JSON.parse(await folder.read("node_modules/proxmox-mcp/flags.json"));
      assert.ok(flags.includes(HEAP_FLAG));
    });

    await t.step("version, a wrong command and migrate", async () => {
      assert.deepEqual(await npx("version"), {
        code: 0,
        out: `proxmox-mcp ${RELEASE.version}`,
        err: "",
      });
      assert.equal((await npx("no-such-command")).code, 2);
      assert.match((await npx("migrate")).out, /schema version 0 -> /);
    });

    await t.step("serve, ended by a signal", async () => {
      await run(bin, "user", "create", "ayse", "--role", "Administrator");
      const token = ["--user", "ayse", "--name", "laptop", "--permission", "read"];
      const made = await run(bin, "token", "create", ...token);
      assert.equal(made.code, 0, made.err);
      const server = await superviseServe(command(bin, ["serve"]));
      try {
        await server.line(/^ {2}lock +locked \(worker\)$/);
        const response = await fetch(server.url, {
          method: "POST",
          headers: { authorization: `Bearer ${made.out}`, "content-type": "application/json" },
          body: JSON.stringify({
            method: "tools/call",
            params: { name: "get_nodes", arguments: {} },
          }),
        });
        assert.match(await response.text(), /pve1/);
      } finally {
        server.kill("SIGTERM");
      }
      assert.equal((await server.status).code, 0);
    });

    await t.step("without the runtime that npm installs", async () => {
      const runtime = folder.at("node_modules/@deno");
      await Deno.rename(runtime, folder.at("away"));
      await Deno.remove(folder.at("node_modules/deno/deno"));
      const { code, err } = await run(bin, "version");
      assert.equal(code, 1);
      assert.match(err, /^proxmox-mcp: Cannot find Deno for linux \w+: install again, [^\n]+$/);
      await Deno.rename(folder.at("away"), runtime);
    });

    await t.step("stdio, by the official client", async () => {
      const args = ["--prefix", folder.path, "--no-install", "proxmox-mcp", "stdio"];
      const { tools, nodes, said } = await askStarted({ command: "npx", args, env });
      assert.ok(tools.includes("get_vms") && !tools.includes("start_vm"));
      assert.match(JSON.stringify(nodes), /pve1/);
      assert.match(said, /^ {2}lock +locked \(worker\)$/m);
    });
  },
});
