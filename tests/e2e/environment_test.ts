import assert from "node:assert/strict";
import { type FakePve, startFakePve } from "../fake_pve.ts";
import { MAIN } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";
import { countConnections } from "../support/connections.ts";

function configFor(folder: Folder, { host, port, token }: FakePve): Promise<string> {
  return folder.write("config.json", {
    proxmox: { host, port },
    auth: { user: token.user, token_name: token.name, token_value: token.value },
    server: { port: 0 },
  });
}

function run(args: readonly string[], env: Record<string, string>): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", ...args],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

Deno.test("check tells which proxies of the environment are not used", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  using proxy = countConnections();
  const system = await folder.write("system.pem", pve.caPem);
  const config = await configFor(folder, pve);
  const { stdout } = await run([MAIN, "check", "--config", config], {
    HTTPS_PROXY: proxy.url,
    SSL_CERT_FILE: system,
  }).output();
  const told = new TextDecoder().decode(stdout);
  assert.match(told, /^ok +proxy +HTTPS_PROXY set and not used/m);
  assert.match(told, /^ok +version +Proxmox VE 9\.2\.11/m);
  assert.equal(proxy.count(), 0);
});
