import assert from "node:assert/strict";
import { PROMPTS } from "../../lib/mcp/features/prompts.ts";
import { LANGUAGES } from "../../lib/mcp/messages.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { Site } from "../site.ts";
import { createLimitedToken } from "../tokens.ts";

interface Ask {
  readonly method: string;
  readonly params?: object;
  readonly token?: string;
  readonly language?: string;
}

async function ask(site: Site, { method, params = {}, token, language = "en" }: Ask) {
  const headers = { ...site.headers(token), "accept-language": language };
  return (await site.post({ jsonrpc: "2.0", id: 1, method, params }, headers)).json;
}

async function names(site: Site, token: string): Promise<string[]> {
  const { result } = await ask(site, { method: "prompts/list", token });
  return result.prompts.map(({ name }: { name: string }) => name);
}

const LOOKING = ["triage_cluster", "why_slow", "review_backups", "after_incident"];

Deno.test("prompts are offered to who may call their tools", async () => {
  await using site = await Site.start();
  const { user, admin } = site.tokens;
  assert.deepEqual(await names(site, user), LOOKING);
  assert.deepEqual(await names(site, admin), [
    ...LOOKING,
    ...["prepare_maintenance", "move_off_node", "right_size", "onboard_guest"],
  ]);
  const some = await createLimitedToken(site.store, { toolsDeny: ["get_metrics"] });
  assert.ok(!(await names(site, some)).includes("why_slow"));
  const params = { name: "why_slow", arguments: { guest: "web1" } };
  const { error } = await ask(site, { method: "prompts/get", params, token: some });
  assert.match(error.message, /^Unknown prompt "why_slow"/);
});

Deno.test("a prompt is written in the caller's language, with what was given", async () => {
  await using site = await Site.start();
  for (const { name, arguments: all, needs } of PROMPTS) {
    const texts = [];
    for (const language of LANGUAGES) {
      const given = Object.fromEntries(all.map((each) => [each.name, `given-${each.name}`]));
      const params = { name, arguments: given };
      const { result } = await ask(site, { method: "prompts/get", params, language });
      const { text } = result.messages[0].content;
      for (const value of Object.values(given)) assert.ok(text.includes(value), `${name} ${value}`);
      const required = all.filter((each) => each.required).map((each) => each.name);
      const least = Object.fromEntries(required.map((key) => [key, "x"]));
      const short = { name, arguments: least };
      const { result: bare } = await ask(site, { method: "prompts/get", params: short, language });
      assert.doesNotMatch(bare.messages[0].content.text, /undefined|given-/);
      texts.push(text);
    }
    const [english, turkish] = texts.map((text) =>
      TOOLS.map((tool) => tool.name).filter((tool) => text.includes(tool))
    );
    assert.deepEqual(english, turkish, `${name} names the same tools in both languages`);
    for (const tool of needs) assert.ok(english?.includes(tool), `${name} needs ${tool}`);
    assert.notEqual(texts[0], texts[1]);
  }
  const listed = await ask(site, { method: "prompts/list", language: "tr" });
  assert.equal(listed.result.prompts[0].title, "Kümeyi gözden geçir");
});

Deno.test("what is wrong with a prompt's arguments is named", async () => {
  await using site = await Site.start();
  const cases: [object, string][] = [
    [{ name: "why_slo" }, 'Unknown prompt "why_slo": did you mean why_slow?'],
    [{ name: "why_slow" }, "Invalid arguments for why_slow: guest is missing"],
    [
      { name: "why_slow", arguments: { guest: "web1", gest: "x" } },
      'Invalid arguments for why_slow: there is no "gest"',
    ],
    [
      { name: "why_slow", arguments: { guest: "x".repeat(501) } },
      "Invalid arguments for why_slow: guest is too long",
    ],
  ];
  for (const [params, message] of cases) {
    const { error } = await ask(site, { method: "prompts/get", params });
    assert.deepEqual(error, { code: -32602, message });
  }
});

Deno.test("a prompt's arguments are completed with what is within reach", async () => {
  await using site = await Site.start();
  const token = await createLimitedToken(site.store, { vmids: [{ from: 100, to: 100 }] });
  const complete = async (name: string, argument: object, token = site.tokens.admin) => {
    const params = { ref: { type: "ref/prompt", name }, argument };
    const { result } = await ask(site, { method: "completion/complete", params, token });
    return result.completion.values;
  };
  const guest = { name: "guest", value: "web" };
  assert.deepEqual(await complete("why_slow", guest), ["web1", "web2"]);
  assert.deepEqual(await complete("why_slow", guest, token), ["web1"]);
  const target = { name: "target", value: "" };
  assert.deepEqual(await complete("move_off_node", target), ["pve1", "pve2", "pve3"]);
  assert.deepEqual(await complete("move_off_node", target, site.tokens.user), []);
  assert.deepEqual(await complete("onboard_guest", { name: "purpose", value: "" }), []);
});
