import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type FakePve, startFakePve } from "../fake_pve.ts";
import { cli, MAIN, superviseServe } from "../support/cli.ts";
import { callFails } from "../support/call.ts";
import { Folder } from "../support/folder.ts";
import { countConnections } from "../support/connections.ts";

const START = fileURLToPath(new URL("../../lib/cli/serve/start.ts", import.meta.url));
const FORMS = [["flags", [START]], ["worker", [MAIN, "serve"]]] as const;

function configFor(folder: Folder, { host, port, token }: FakePve): Promise<string> {
  return folder.write("config.json", {
    proxmox: { host, port },
    auth: { user: token.user, token_name: token.name, token_value: token.value },
    server: { port: 0 },
  });
}

function run(
  args: readonly string[],
  env: Record<string, string>,
  cwd: string = Deno.cwd(),
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", ...args],
    env,
    cwd,
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

/** All that a container is given, where there is no file but the secret's. */
async function containerEnvironment(
  folder: Folder,
  { host, port, token, fingerprint }: FakePve,
): Promise<Record<string, string>> {
  return {
    PROXMOX_HOST: host,
    PROXMOX_PORT: String(port),
    PROXMOX_FINGERPRINT: fingerprint,
    PROXMOX_USER: token.user,
    PROXMOX_TOKEN_NAME: token.name,
    PROXMOX_TOKEN_VALUE_FILE: await folder.write("secret", token.value),
    DATABASE_URL: `sqlite:${folder.at("proxmox-mcp.db")}`,
    LOG_LEVEL: "debug",
    HTTP_HOST: "127.0.0.1",
    HTTP_PORT: "0",
    HTTP_PATH: "/tools",
  };
}

for (const [form, command] of FORMS) {
  Deno.test(`the server starts from its environment alone, and is locked to it (${form})`, async () => {
    await using folder = await Folder.make();
    await using pve = await startFakePve();
    const env = await containerEnvironment(folder, pve);
    await using server = await superviseServe(run(command, env, folder.path));
    const shown = server.lines.join("\n");
    assert.match(shown, new RegExp(`^ {2}lock +locked \\(${form}\\)$`, "m"));
    assert.match(shown, /127\.0\.0\.1 port \d+: Proxmox VE 9\.2\.11/);
    assert.match(server.url, /\/tools$/);
    assert.equal(await callFails(server.url, { env, tool: "get_vms" }), false);
    server.kill("SIGHUP");
    assert.match(await server.line(/Reload/), /Reloaded$/);
  });
}

Deno.test("check tells where each value comes from", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  const env = await containerEnvironment(folder, pve);
  const { HTTP_HOST: _, HTTP_PORT: __, ...named } = env;
  const { out } = await cli(["check", "--host", "127.0.0.1", "--port", "0"], { env: named });
  assert.match(out, /^ok +config +none: the environment stands for it$/m);
  assert.match(
    out,
    /^ok +values +from the environment: proxmox\.host \(PROXMOX_HOST\), .*logging/m,
  );
  assert.match(
    out,
    /^ok +values +from options: server\.host \(--host\), server\.port \(--port\)$/m,
  );
  assert.ok(!out.includes(pve.token.value));
  const config = await configFor(folder, pve);
  const both = await cli(["check", "--config", config], { env: { LOG_LEVEL: "ERROR" } });
  assert.match(
    both.out,
    /^ok +values +from the file: proxmox\.host, proxmox\.port, auth\.user, .*server\.port$/m,
  );
  assert.match(both.out, /^ok +values +from the environment: logging\.level \(LOG_LEVEL\)$/m);
});

Deno.test("a variable that cannot be used is one line that names it, and ends with 2", async () => {
  const env = { PROXMOX_HOST: "a", PROXMOX_USER: "a@pve", PROXMOX_TOKEN_NAME: "t" };
  const commands = [["serve"], ["migrate"], ["flags"], ["user", "list"], ["unit"]];
  for (const args of commands) {
    for (const bad of [{ PROXMOX_PORT: "x" }, {}]) {
      const { status, out, err } = await cli(args, { env: { ...env, ...bad } });
      assert.deepEqual([status, out], [2, ""], `${args}: ${err}`);
      assert.match(err, /^proxmox-mcp: Cannot use [^\n]*PROXMOX_(PORT|TOKEN_VALUE)\b[^\n]*$/);
    }
  }
  const whole = { ...env, PROXMOX_TOKEN_VALUE: "x" };
  const unit = await cli(["unit"], { env: whole });
  assert.deepEqual(unit.status, 2);
  assert.match(unit.err, /Cannot make a unit: there is no config file for it/);
});
