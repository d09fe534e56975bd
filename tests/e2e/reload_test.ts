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
