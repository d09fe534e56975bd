import assert from "node:assert/strict";
import type { AnyTool } from "../../lib/tool/tool.ts";
import nextVmid from "../../tools/get_next_vmid.ts";
import type { FakeToken } from "../fake_pve.ts";
import { type OwnTokens, startOwnTokens } from "../support/own_token.ts";
import { isRunning } from "../tools/guests.ts";

const REQUIRED = { config: { auth: { require_own_token: true } } };

function wrong(token: FakeToken): FakeToken {
  return { ...token, value: crypto.randomUUID() };
}

/** Everything that somebody could read of what happened. */
async function told({ site }: OwnTokens): Promise<string> {
  return JSON.stringify([site.lines, await site.trail.list()]);
}

Deno.test("a token that Proxmox rejects is told as that user's, and others go on", async () => {
  await using own = await startOwnTokens();
  const { site } = own;
  const bad = wrong(site.fake.tokenFor("operator"));
  const omar = await own.user("omar", bad);
  for (let time = 0; time < 4; time++) {
    const { code, text } = await site.call("get_guest", { vmid: 101 }, { token: omar });
    assert.equal(code, "unavailable");
    assert.match(text, /rejected the API token operator@pve!op; it is that of user omar: /);
    assert.match(text, /name another by `.*user proxmox-token omar --token-id .* --file FILE`$/);
    assert.doesNotMatch(text, /auth\.user/, "the server's own is not to blame");
    const node = await site.call("get_node_status", { node: "pve1" }, { token: omar });
    assert.match(node.text, /rejected the API token operator@pve!op/);
  }
  const { isError, text } = await site.call("get_node_status", { node: "pve1" });
  assert.equal(isError, false, text);
  const change = await site.call("stop_vm", { vmid: 100 }, { token: omar });
  assert.match(change.text, /^Cannot stop VM 100: .*that of user omar/);
  assert.equal(isRunning(site, 100), true);
  assert.doesNotMatch(await told(own), new RegExp(bad.value));

  await own.name("omar", site.fake.tokenFor("operator"));
  const good = await site.call("get_guest", { vmid: 150 }, { token: omar });
  assert.equal(good.isError, false, good.text);
});

Deno.test("whoever must have a token and has none is refused before anything is sent", async () => {
  await using own = await startOwnTokens(REQUIRED);
  const { site } = own;
  const { requests } = site.fake;
  const omar = await own.user("omar", site.fake.tokenFor("operator"));
  const before = requests.length;
  const refused =
    /Calls go out with each user's own Proxmox API token only, and ada has none: an administrator names one by `.*user proxmox-token ada /;
  const calls: [string, Record<string, unknown>][] = [
    ["get_nodes", {}],
    ["get_attention", {}],
    ["get_backup_coverage", {}],
    ["health", {}],
    ["get_vms", {}],
    ["start_vm", { vmid: 101 }],
    ["start_vm", { vmid: 101, dry_run: true }],
    ["delete_vm", { vmid: 101 }],
    ["search_api", { query: "snapshot" }],
    ["call_api", { path: "/version" }],
  ];
  for (const [tool, args] of calls) {
    const { code, text } = await site.call(tool, args);
    assert.equal(code, "forbidden", `${tool}: ${text}`);
    assert.match(text, refused, tool);
  }
  assert.deepEqual(requests.slice(before).map(({ path, token }) => `${token} ${path}`), []);
  const rows = await site.trail.list({ user: "ada" });
  assert.deepEqual(rows.map(({ outcome }) => outcome), calls.map(() => "denied"));

  const audit = await site.call("get_audit", {});
  assert.equal(audit.isError, false, audit.text);
  const found = await site.call("search_tools", { query: "snapshot" });
  assert.equal(found.isError, false, found.text);
  const mine = await site.call("get_guest", { vmid: 150 }, { token: omar });
  assert.equal(mine.isError, false, mine.text);
  const turkish = await site.post(
    { method: "tools/call", params: { name: "get_vms", arguments: {} } },
    { ...site.headers(), "accept-language": "tr" },
  );
  assert.match(turkish.text, /kendi Proxmox API token'ıyla gider; ada kullanıcısının yok/);
});

Deno.test("a token that was kept under another key is told in one clear line", async () => {
  await using own = await startOwnTokens({ key: new Uint8Array(32).fill(7) });
  const { site } = own;
  const token = site.fake.tokenFor("operator");
  const omar = await own.user("omar", token);
  const { code, text } = await site.call("get_vms", {}, { token: omar });
  assert.equal(code, "unavailable");
  assert.match(
    text,
    /^Cannot [^:\n]+: the Proxmox API token operator@pve!op of user omar cannot be read: it was kept under another audit\.key_file; `[^\n]*user proxmox-token omar [^\n]*` keeps it anew$/,
  );
  assert.equal((await site.call("get_vms")).isError, false);
  const found = await site.call("search_tools", { query: "snapshot" }, { token: omar });
  assert.equal(found.isError, false, found.text);
  assert.doesNotMatch(await told(own), new RegExp(token.value));
});

Deno.test("a user's secret stands in no answer, log or row, whatever Proxmox sends back", async () => {
  await using own = await startOwnTokens();
  const { site } = own;
  const token = site.fake.tokenFor("operator");
  const omar = await own.user("omar", token);
  site.fake.fault({ method: "GET", path: /\/cluster\/resources/ }, {
    kind: "status",
    status: 500,
    message: `no such thing ${token.value}`,
  });
  const { text, isError } = await site.call("get_vms", {}, { token: omar });
  assert.equal(isError, true);
  assert.match(text, /no such thing \[redacted\]/);
  assert.doesNotMatch(text + await told(own), new RegExp(token.value));
});

Deno.test("a refusal that a tool makes nothing of is told all the same", async () => {
  const silent = {
    ...nextVmid,
    run: async (_input: unknown, { pve }: Parameters<typeof nextVmid.run>[1]) => {
      await pve.resources().catch(() => {});
      return { vmid: 999 };
    },
  } as AnyTool;
  await using own = await startOwnTokens({ ...REQUIRED, tools: [silent] });
  const { code, text } = await own.site.call("get_next_vmid");
  assert.equal(code, "forbidden", text);
});
