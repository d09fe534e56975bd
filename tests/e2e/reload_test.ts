import assert from "node:assert/strict";
import { startFakePve } from "../fake_pve.ts";
import { makeCertificate } from "../fake_pve/certificate.ts";
import { cli, type ServeProcess, startServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";

interface Site extends AsyncDisposable {
  readonly folder: Folder;
  readonly server: ServeProcess;
  readonly token: string;
  /** Writes the config with these sections on top, and reloads. */
  reload(sections: Record<string, Record<string, unknown>>): Promise<void>;
}

async function startSite(sections: Record<string, Record<string, unknown>> = {}): Promise<Site> {
  const folder = await Folder.make();
  const pve = await startFakePve();
  await folder.write("ca.pem", pve.caPem);
  const config = (extra: Record<string, Record<string, unknown>>) => ({
    proxmox: { host: pve.host, port: pve.port, ca_file: "ca.pem" },
    auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
    server: { port: 0, ...sections.server, ...extra.server },
    tools: { ...extra.tools },
    logging: { file: folder.at("x.log"), ...extra.logging },
  });
  await install(folder);
  const file = await folder.write("config.json", config({}));
  const server = await startServe(["--config", file]);
  await cli(["user", "create", "ayse", "--superuser", "--config", file]);
  const args = ["--user", "ayse", "--name", "x", "--permission", "admin", "--config", file];
  return {
    folder,
    server,
    token: (await cli(["token", "create", ...args])).out,
    reload: async (extra) => {
      await folder.write("config.json", config(extra));
      server.kill("SIGHUP");
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await pve.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function install(folder: Folder): Promise<string> {
  const certificate = await makeCertificate("mcp");
  await folder.write("cert.pem", certificate.certPem);
  await folder.write("key.pem", certificate.keyPem);
  await folder.write("own-ca.pem", certificate.caPem);
  return certificate.caPem;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function toolNames({ server, token }: Site): Promise<string[]> {
  const answer = await fetch(server.url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ method: "tools/list" }),
  });
  const { result } = await answer.json();
  return result.tools.map((tool: { name: string }) => tool.name);
}

Deno.test("SIGHUP reloads tools, log level and log file, and says what must wait", async () => {
  await using site = await startSite();
  assert.ok((await toolNames(site)).includes("get_vms"));
  await Deno.rename(site.folder.at("x.log"), site.folder.at("x.log.old"));
  await site.reload({
    tools: { deny: ["get_vms"], confirm: "always", scopes: { get_pools: "admin" } },
    logging: { level: "WARNING" },
    server: { port: 1 },
  });
  const line = await site.server.line(/Reloaded/);
  assert.match(
    line,
    /WARNING - Reloaded; takes effect after a restart only: server\.port, tools\.confirm$/,
  );
  assert.ok(!(await toolNames(site)).includes("get_vms"));
  assert.match(await site.folder.read("x.log"), /Reloaded/);
  assert.doesNotMatch(await site.folder.read("x.log.old"), /Reloaded/);
});

Deno.test("SIGHUP with a config that cannot be used changes nothing", async () => {
  await using site = await startSite();
  await site.reload({ tools: { deny: ["get_vm"] } });
  const line = await site.server.line(/Cannot reload/);
  assert.match(line, /ERROR - Cannot reload: Cannot use tools\.deny: there is no tool get_vm/);
  assert.ok((await toolNames(site)).includes("get_vms"));
  site.server.kill("SIGTERM");
  assert.equal((await site.server.status).code, 0);
});

Deno.test("SIGHUP takes a renewed certificate into use", async () => {
  await using site = await startSite({
    server: { port: freePort(), tls: { cert_file: "cert.pem", key_file: "key.pem" } },
  });
  assert.match(site.server.url, /^https:/);
  const ca = await install(site.folder);
  await site.reload({});
  await site.server.line(/INFO - Reloaded$/);
  using client = Deno.createHttpClient({ caCerts: [ca] });
  const answer = await fetch(new URL("/healthz", site.server.url), { client });
  assert.deepEqual(await answer.json(), { status: "ok" });
});

Deno.test("SIGHUP keeps the old certificate where the port cannot be bound again", async () => {
  await using site = await startSite({
    server: { tls: { cert_file: "cert.pem", key_file: "key.pem" } },
  });
  const ca = await site.folder.read("own-ca.pem");
  await install(site.folder);
  await site.reload({});
  await site.server.line(
    /ERROR - Cannot reload all: Cannot renew the certificate: .*set server\.port$/,
  );
  using client = Deno.createHttpClient({ caCerts: [ca] });
  const answer = await fetch(new URL("/healthz", site.server.url), { client });
  assert.deepEqual(await answer.json(), { status: "ok" });
});
