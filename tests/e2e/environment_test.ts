import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type FakePve, startFakePve } from "../fake_pve.ts";
import { MAIN, superviseServe } from "../support/cli.ts";
import { callFails } from "../support/call.ts";
import { Folder } from "../support/folder.ts";

const START = fileURLToPath(new URL("../../lib/cli/serve/start.ts", import.meta.url));
const FORMS = [["flags", [START]], ["worker", [MAIN, "serve"]]] as const;

/** Counts whoever connects; answers nothing. */
function listenAsProxy(): { url: string; count: () => number } & Disposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let connections = 0;
  void (async () => {
    for await (const connection of listener) {
      connections++;
      connection.close();
    }
  })();
  const { port } = listener.addr as Deno.NetAddr;
  return {
    url: `http://127.0.0.1:${port}`,
    count: () => connections,
    [Symbol.dispose]: () => listener.close(),
  };
}

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

for (const [form, command] of FORMS) {
  Deno.test(`no proxy of the environment is used, and the system's CAs are trusted (${form})`, async () => {
    await using folder = await Folder.make();
    await using pve = await startFakePve();
    using proxy = listenAsProxy();
    const system = await folder.write("system.pem", pve.caPem);
    const config = await configFor(folder, pve);
    const named = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy"];
    const env = Object.fromEntries(named.map((name) => [name, proxy.url]));
    await using server = await superviseServe(
      run([...command, "--config", config], { ...env, SSL_CERT_FILE: system }),
    );
    assert.match(server.lines.join("\n"), /127\.0\.0\.1 port \d+: Proxmox VE 9\.2\.11/);
    assert.equal(await callFails(server.url, { config, tool: "get_vms" }), false);
    assert.equal(proxy.count(), 0, "something went by the proxy");
  });
}

Deno.test("check tells which proxies of the environment are not used", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  using proxy = listenAsProxy();
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
