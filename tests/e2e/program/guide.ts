import assert from "node:assert/strict";
import {
  Client as ModernClient,
  SSEClientTransport as ModernSse,
  StreamableHTTPClientTransport as ModernHttp,
} from "@modelcontextprotocol/client";
import { runScript, strictCurl } from "../../support/documents.ts";
import { GUIDE, oldConfig } from "../../support/guide.ts";
import { CONFIG, type Ground, localUrl } from "./ground.ts";
import { OFFERED } from "../../support/offered.ts";

/** The guide of the Python server, step by step: its config, environment, requests, clients and log. */
export async function followGuide(t: Deno.TestContext, ground: Ground): Promise<void> {
  const { fake, folder } = ground;
  const curl = await strictCurl(folder.path);
  await folder.write(CONFIG, oldConfig(fake));
  await ground.run("migrate");
  await ground.run("user", "create", "ayse", "--role", "Administrator");
  const admin = await ground.makeToken("admin", "ayse");
  const reader = await ground.makeToken("read", "ayse");
  await using server = await ground.program.start(environment(ground.port));
  const at = { url: localUrl(server), token: admin };
  const run = (script: string) => runScript(script, { cwd: folder.path, env: curl });

  await t.step(
    "verify_ssl: false trusts a certificate that nobody signed for, and says so",
    async () => {
      await server.line(
        / - WARNING - Proxmox's certificate is not verified \(proxmox\.verify_ssl: /,
      );
      const lines = server.lines.join("\n");
      assert.match(lines, new RegExp(`^ {2}lock +locked \\(${ground.form.lock}\\)$`, "m"));
      assert.match(lines, /^ {2}proxmox +127\.0\.0\.1 port \d+: Proxmox VE 9\.2\.11$/m);
    },
  );

  for (const name of ["tokenUse", "tools", "health"] as const) {
    await t.step(`curl: ${name}`, async () => {
      const { status, out, err } = await run(here(GUIDE[name], at));
      assert.equal(status, 0, `${err}${out}`);
      const answers = out.split("\n").filter(Boolean).map((line) => JSON.parse(line));
      assert.equal(answers.length, GUIDE[name].match(/^curl/gm)?.length);
      for (const { jsonrpc, id, result, error } of answers) {
        assert.deepEqual([jsonrpc, id, error], ["2.0", null, undefined]);
        assert.equal(result.isError ?? false, false, out);
      }
      if (name === "tools") assert.equal(answers[1].result.structuredContent.vms.length, 9);
      if (name === "health") assert.equal(answers[0].result.structuredContent.status, "ok");
    });
  }

  for (const [name, Transport] of [["http", ModernHttp], ["sse", ModernSse]] as const) {
    await t.step(`client entry: ${name}`, async () => {
      const [entry] = Object.values(JSON.parse(here(GUIDE[name], at)).mcpServers);
      const { type, url, headers } =
        (entry as { transport: { type: string; url: string; headers: HeadersInit } }).transport;
      assert.equal(type, name);
      const client = new ModernClient({ name: "guide", version: "1" });
      await client.connect(new Transport(new URL(url), { requestInit: { headers } }));
      const listed = await client.listTools();
      assert.equal(listed.tools.length, OFFERED.length);
      await client.close();
    });
  }

  await t.step("refusals in Turkish", async () => {
    const refused = async (token: string, tool: string) => {
      const response = await fetch(at.url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "accept-language": "tr",
          authorization: `Bearer ${token}`,
        },
        body: JSON.stringify({
          method: "tools/call",
          params: { name: tool, arguments: { vmid: 100 } },
        }),
      });
      return { status: response.status, ...await response.json() };
    };
    const unknown = await refused("wrong", "get_vms");
    assert.deepEqual([unknown.status, unknown.error.message], [401, GUIDE.unauthenticated]);
    const { result } = await refused(reader, "stop_vm");
    assert.deepEqual([result.isError, result.content[0].text], [true, GUIDE.forbidden]);
  });

  server.kill("SIGTERM");
  assert.equal((await server.status).code, 0, server.lines.join("\n"));

  await t.step("the log", async () => {
    const { out } = await run(GUIDE.log);
    for (const tool of ["get_vms", "health", "stop_vm"]) {
      assert.match(
        out,
        new RegExp(`^[-\\d]{10} [:\\d]{8},\\d{3} - .* - INFO - AUDIT .*tool=${tool} `, "m"),
      );
    }
    const everything = await folder.read("proxmox_mcp.log");
    for (const secret of [admin, reader, "wrong", fake.token.value]) {
      assert.ok(!everything.includes(secret), "a token in the log");
    }
  });
}

/** The variables that the guide exports; the port is one that is free. */
function environment(port: number): Record<string, string> {
  const exports = [...GUIDE.environment.matchAll(/^export (\w+)="(.*)"$/gm)];
  assert.equal(exports.length, 4);
  return {
    ...Object.fromEntries(exports.map(([, name = "", value = ""]) => [name, value])),
    MCP_HTTP_PORT: String(port),
  };
}

/** Puts this installation's address and token where the guide has its own. */
function here(text: string, { url, token }: { url: string; token: string }): string {
  const local = new URL(url);
  return text.replaceAll("http://localhost:8812", `http://127.0.0.1:${local.port}`)
    .replaceAll(/YOUR_TOKEN(_HERE)?/g, token);
}
