import assert from "node:assert/strict";
import {
  Client,
  type ElicitResult,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { Site } from "../site.ts";
import { createAuthenticatedToken } from "../tokens.ts";

type Mode = "auto" | "legacy";

async function connect(
  site: Site,
  { mode, answer }: { mode: Mode; answer?: (question: string) => ElicitResult },
): Promise<Client> {
  const client = new Client({ name: "test", version: "1" }, {
    versionNegotiation: { mode },
    capabilities: answer ? { elicitation: { form: {} } } : {},
  });
  if (answer) {
    client.setRequestHandler("elicitation/create", ({ params }) => answer(params.message));
  }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(site.server.url), {
      requestInit: { headers: site.headers() },
    }),
  );
  return client;
}

const stop = (client: Client, vmid: number) =>
  client.callTool({ name: "stop_vm", arguments: { vmid } });

Deno.test("a client that can ask is made to ask before something is destroyed", async (t) => {
  await using site = await Site.start();
  for (const [mode, vmid] of [["auto", 100], ["legacy", 110]] as const) {
    await t.step(`${mode}: no`, async () => {
      const questions: string[] = [];
      const client = await connect(site, {
        mode,
        answer: (question) => {
          questions.push(question);
          return { action: "decline" };
        },
      });
      const result = await stop(client, vmid);
      await client.close();
      assert.deepEqual(questions, [`Really stop VM ${vmid}?`]);
      assert.equal(result.isError, true);
      assert.match(JSON.stringify(result.content), /declined/);
      assert.ok(
        site.fake.requests.every(({ method, path }) =>
          method === "GET" || !path.includes(`/${vmid}/`)
        ),
      );
    });
    await t.step(`${mode}: yes`, async () => {
      const client = await connect(site, {
        mode,
        answer: () => ({ action: "accept", content: { confirm: true } }),
      });
      const result = await stop(client, vmid);
      await client.close();
      assert.equal(result.isError ?? false, false, JSON.stringify(result.content));
      const rows = await site.trail.list({ tool: "stop_vm", vmid });
      assert.deepEqual(
        rows.map((row) => `${row.outcome} ${row.confirmation} ${row.confirmedBy}`.trimEnd()),
        ["ok accepted ada", "asked asked", "denied declined", "asked asked"],
      );
    });
  }
});

Deno.test("a dry run and a tool that destroys nothing need no yes", async () => {
  await using site = await Site.start();
  const client = await connect(site, {
    mode: "auto",
    answer: () => assert.fail("nobody should be asked"),
  });
  await client.callTool({ name: "stop_vm", arguments: { vmid: 100, dry_run: true } });
  await client.callTool({ name: "start_vm", arguments: { vmid: 101 } });
  await client.close();
});

Deno.test("confirm always refuses clients that cannot ask; never asks nobody", async () => {
  await using strict = await Site.start({ config: { tools: { confirm: "always" } } });
  const refused = await strict.call("stop_vm", { vmid: 100 });
  assert.equal(refused.code, "forbidden");
  assert.match(refused.text, /a person must confirm it/);
  await using open = await Site.start({ config: { tools: { confirm: "never" } } });
  const client = await connect(open, {
    mode: "auto",
    answer: () => assert.fail("nobody should be asked"),
  });
  const result = await stop(client, 100);
  await client.close();
  assert.equal(result.isError ?? false, false);
});

Deno.test("a yes counts for the very call that was asked about", async () => {
  await using site = await Site.start();
  const ask = (vmid: number, more: Record<string, unknown> = {}) => ({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: {
      name: "stop_vm",
      arguments: { vmid },
      ...more,
      _meta: {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
        "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
      },
    },
  });
  const post = (body: unknown, token = site.tokens.admin) =>
    site.post(body, {
      ...site.headers(token),
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "stop_vm",
    });
  const first = await post(ask(100));
  assert.equal(first.json?.result?.resultType, "input_required", first.text);
  const state = {
    requestState: first.json.result.requestState,
    inputResponses: { confirm: { action: "accept", content: { confirm: true } } },
  };
  const other = await post(ask(110, state));
  assert.equal(other.json.result.resultType, "input_required", "another guest is another question");
  const forged = await post(ask(100, { ...state, requestState: `${state.requestState}x` }));
  assert.ok(forged.json.error, "a forged state is an error");
  const stranger = await createAuthenticatedToken(site.store, {
    username: "ada",
    permission: "admin",
    now: () => new Date(),
  });
  const borrowed = await post(ask(100, state), stranger);
  assert.ok(borrowed.json.error, "another token's yes is an error");
  assert.ok(site.fake.requests.every(({ method }) => method === "GET"));
  const right = await post(ask(100, state));
  assert.equal(right.json.result.isError ?? false, false, right.text);
});
