import assert from "node:assert/strict";
import { startFakePve } from "../fake_pve.ts";
import { makeCertificate } from "../fake_pve/certificate.ts";
import { startServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";

async function install(folder: Folder): Promise<string> {
  const certificate = await makeCertificate("mcp");
  await folder.write("cert.pem", certificate.certPem);
  await folder.write("key.pem", certificate.keyPem);
  return certificate.caPem;
}

Deno.test("SIGHUP keeps the old certificate where the port cannot be bound again", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  await folder.write("ca.pem", pve.caPem);
  const ca = await install(folder);
  const config = await folder.write("config.json", {
    proxmox: { host: pve.host, port: pve.port, ca_file: "ca.pem" },
    auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
    server: { port: 0, tls: { cert_file: "cert.pem", key_file: "key.pem" } },
  });
  await using server = await startServe(["--config", config]);
  await install(folder);
  server.kill("SIGHUP");
  await server.line(
    /ERROR - Cannot reload all: Cannot renew the certificate: .*set server\.port$/,
  );
  using client = Deno.createHttpClient({ caCerts: [ca] });
  const answer = await fetch(new URL("/healthz", server.url), { client });
  assert.deepEqual(await answer.json(), { status: "ok" });
});

Deno.test("SIGHUP tells what a cluster that was added takes", async () => {
  await using folder = await Folder.make();
  await using pve = await startFakePve();
  await folder.write("ca.pem", pve.caPem);
  const proxmox = { host: pve.host, port: pve.port, ca_file: "ca.pem" };
  const { user, name: token_name, value: token_value } = pve.token;
  const auth = { user, token_name, token_value };
  const one = { proxmox, auth, server: { port: 0 } };
  const config = await folder.write("config.json", one);
  await using server = await startServe(["--config", config]);
  const add = (auth: Record<string, string>) =>
    folder.write("config.json", {
      ...one,
      clusters: { dc2: { proxmox: { ...proxmox, host: "dc2.example" }, auth } },
    });

  await folder.write("dc2-token", token_value, 0o600);
  await add({ user, token_name, token_value_file: "dc2-token" });
  server.kill("SIGHUP");
  assert.match(
    await server.line(/ERROR - Cannot reload: .*clusters\.dc2\.auth\.token_value_file /),
    /; this takes a restart, before which a unit or a locked executable is made again$/,
  );
  await add(auth);
  server.kill("SIGHUP");
  await server.line(/WARNING - Reloaded; takes effect after a restart only: clusters\.dc2$/);
});
