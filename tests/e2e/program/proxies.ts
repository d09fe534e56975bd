import assert from "node:assert/strict";
import { countConnections } from "../../support/connections.ts";
import { type Ground, localUrl } from "./ground.ts";

/** No proxy of the environment is used, and the system's CAs are trusted. */
export async function ignoreProxies(ground: Ground): Promise<void> {
  using proxy = countConnections();
  const named = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy"];
  const token = await ground.makeToken("read");
  await using server = await ground.start({ proxmox: {} }, {
    ...Object.fromEntries(named.map((name) => [name, proxy.url])),
    SSL_CERT_FILE: ground.folder.at("proxmox-config/ca.pem"),
  });
  assert.match(server.lines.join("\n"), /127\.0\.0\.1 port \d+: Proxmox VE 9\.2\.11/);
  const answer = await fetch(localUrl(server), {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ method: "tools/call", params: { name: "get_vms", arguments: {} } }),
  });
  assert.equal((await answer.json()).result.isError ?? false, false);
  assert.equal(proxy.count(), 0, "something went by the proxy");
}

/** Where the system has no CAs, the server says so in one line instead of breaking. */
export async function missCas(ground: Ground): Promise<void> {
  await ground.configure();
  const env = { SSL_CERT_FILE: "/nowhere.pem", SSL_CERT_DIR: "/nowhere" };
  const { status, err } = await ground.program.run(["serve"], env);
  assert.equal(status, 1, err);
  assert.match(err, /^proxmox-mcp: Cannot use the system's or .*: install ca-certificates /m);
  assert.doesNotMatch(err, /Uncaught|^ {4}at /m);
}
