import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { postgresFailure } from "../../lib/database/postgres_failures.ts";
import { messageOf } from "../../lib/errors.ts";
import { bindTo } from "../../lib/http/bind.ts";
import { Site } from "../site.ts";
import { cli } from "../support/cli.ts";
import { blocksOf, readDocument } from "../support/documents.ts";
import { createAuthenticatedToken, NO_LIMITS } from "../tokens.ts";

Deno.test("the texts of the troubleshooting are what the program says", async (t) => {
  const blocks = blocksOf(await readDocument("docs/troubleshooting"));
  const lines = blocks.filter(({ language }) => language === "text")
    .flatMap(({ text }) => text.trimEnd().split("\n"));
  assert.ok(lines.length > 20);
  const said = (await Promise.all([refused(), cluster(), elsewhere(), databaseAway(), commands()]))
    .flat();
  for (const line of lines) {
    await t.step(line, () => {
      const pattern = patternOf(line);
      assert.ok(said.some((text) => pattern.test(text)), `none of\n${said.join("\n")}`);
    });
  }
});

/** In the document `…` stands for what differs. */
function patternOf(line: string): RegExp {
  const parts = line.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.join(".+"));
}

function call(name: string, args: Record<string, unknown> = {}) {
  return { method: "tools/call", params: { name, arguments: args } };
}

/** Callers whose request does not get through, in both languages. */
async function refused(): Promise<string[]> {
  await using site = await Site.start({
    config: {
      server: { rate_limit: { requests_per_minute: 0, failed_logins_per_minute: 2 } },
      tools: { deny: ["get_pools"], confirm: "always" },
    },
  });
  const narrow = await createAuthenticatedToken(site.store, {
    username: "ada",
    permission: "read",
    now: () => new Date(),
    limits: { ...NO_LIMITS, toolsAllow: ["health"] },
  });
  const { user, admin } = site.tokens;
  const said: string[] = [];
  const ask = async (token: string, body: unknown, headers: Record<string, string> = {}) => {
    for (const language of ["en", "tr"]) {
      const accepting = { ...site.headers(token), "accept-language": language, ...headers };
      const { json } = await site.post(body, accepting);
      said.push(json.error?.message ?? json.result.content[0].text);
    }
  };
  const health = call("health");
  await ask(user, health, { origin: "https://elsewhere.example" });
  await ask(user, call("create_vm", { name: "new1" }));
  await ask(user, call("get_pools"));
  await ask(narrow, call("get_vms"));
  await ask(admin, call("delete_vm", { vmid: 120 }));
  await ask("wrong", health);
  await ask("wrong-too", health);
  await ask("wrong-again", health);
  said.push(await (await fetch(`${site.root}/sse`)).text());
  return [...said, ...await otherHost(), ...site.lines];
}

async function otherHost(): Promise<string[]> {
  await using site = await Site.start({ config: { server: { allowed_hosts: ["mcp.example"] } } });
  const answers = ["en", "tr"].map((language) =>
    site.post(call("health"), { ...site.headers(), "accept-language": language })
  );
  return (await Promise.all(answers)).map(({ json }) => json.error.message);
}

/** Guests, nodes and the token of Proxmox. */
async function cluster(): Promise<string[]> {
  await using site = await Site.start();
  const { fake } = site;
  const { text: agent } = await site.call("get_guest_ips", { vmids: [102] });
  Object.assign(fake.state.guests.get(100)?.agent ?? {}, { blocked: ["guest-exec"] });
  const { text: forbidden } = await site.call("execute_vm_command", { vmid: 100, command: ["id"] });
  const { text: absent } = await site.call("start_vm", { vmid: 999 });
  const { text: noNode } = await site.call("get_vms", { node: "pve9" });
  const { text: outOfReach } = await site.call("start_vm", { vmid: 101 }, {
    token: await createAuthenticatedToken(site.store, {
      username: "ada",
      permission: "write",
      now: () => new Date(),
      limits: { ...NO_LIMITS, pools: ["elsewhere"] },
    }),
  });
  fake.offline("pve2");
  const { value } = await site.call("get_vms");
  const { text: away } = await site.call("start_vm", { vmid: 103 });
  fake.offline("pve3");
  const { text: noQuorum } = await site.call("start_vm", { vmid: 101 });
  const auditor = fake.tokenFor("auditor");
  const lacking = await withToken(auditor);
  return [
    agent,
    forbidden,
    absent,
    noNode,
    outOfReach,
    away,
    noQuorum,
    ...lacking,
    ...value.warnings,
  ];
}

/** What a token of Proxmox without much is told of a change and of backups. */
async function withToken({ user, name }: { user: string; name: string }): Promise<string[]> {
  const value = crypto.randomUUID();
  await using site = await Site.start({
    config: { auth: { user, token_name: name, token_value: value } },
  });
  for (const token of site.fake.state.tokens) {
    if (token.user === user && token.name === name) token.value = value;
  }
  const backups = await site.call("get_backups");
  return [(await site.call("start_vm", { vmid: 101 })).text, ...backups.value.warnings];
}

/** What is no Proxmox, or not there. */
async function elsewhere(): Promise<string[]> {
  await using site = await Site.start();
  const { fake } = site;
  const headers = { "content-type": "application/json" };
  const answers = [
    { status: 302, reason: "Found", body: "", headers: { location: "/login" } },
    { status: 404, reason: "Not Found", body: "{}", headers },
    { status: 200, reason: "OK", body: "{}", headers },
  ];
  const said: string[] = [];
  for (const answer of answers) {
    const end = fake.fault({ path: /^\/cluster\/resources$/ }, { kind: "raw", ...answer }, {
      times: Infinity,
    });
    said.push((await site.call("get_vms")).text);
    end();
  }
  await fake.unplug();
  said.push((await site.call("get_vms")).text);
  return said;
}

/** PostgreSQL that cannot be written, and a SQLite file that is gone. */
async function databaseAway(): Promise<string[]> {
  await using site = await Site.start();
  const { append } = site.trail;
  const away = postgresFailure(Object.assign(new Error("connect"), { code: "ECONNREFUSED" }));
  site.trail.append = () => Promise.reject(away);
  const { text } = await site.call("start_vm", { vmid: 101 });
  site.trail.append = append;
  const [file, elsewhere] = [`${site.folder}/test.db`, `${site.folder}/away.db`];
  await Deno.rename(file, elsewhere);
  const said: string[] = [];
  for (const language of ["en", "tr"]) {
    const headers = { ...site.headers(), "accept-language": language };
    said.push((await site.post(call("get_vms"), headers)).json.error.message);
  }
  await Deno.rename(elsewhere, file);
  return [text, ...said, ...site.lines];
}

/** `check` and `serve` with something wrong in the config or around it. */
async function commands(): Promise<string[]> {
  await using site = await Site.start();
  const { fake, folder } = site;
  const said: string[] = [];
  const tell = async (args: readonly string[], change: Record<string, unknown> = {}) => {
    const config = {
      proxmox: { host: fake.host, port: fake.port, ca_file: "ca.pem" },
      auth: { user: fake.token.user, token_name: fake.token.name, token_value: fake.token.value },
      database: { url: "sqlite:test.db" },
      ...change,
    };
    await Deno.writeTextFile(`${folder}/wrong.json`, JSON.stringify(config), { mode: 0o600 });
    const { out, err } = await cli([...args, "--config", `${folder}/wrong.json`]);
    said.push(...out.split("\n"), ...err.split("\n"));
  };
  const { host, port } = fake;
  await tell(["check"], { proxmox: { host, port } });
  await tell(["check"], { proxmox: { host, port, verify_sll: false } });
  await tell(["check"], { proxmox: { host: "pve1.invalid" } });
  await tell(["check"], { proxmox: { host, port: 1 } });
  await tell(["check"], {
    auth: { user: fake.token.user, token_name: fake.token.name, token_value: crypto.randomUUID() },
  });
  await tell(["serve", "--no-auth", "--host", "0.0.0.0"]);
  const taken = { host: "127.0.0.1", port: Number(new URL(site.root).port) };
  assert.throws(() => bindTo(taken, { certificate: null }), (error) => {
    said.push(messageOf(error));
    return true;
  });
  await site.database.all(`VACUUM INTO '${folder}/older.db'`);
  const older = new DatabaseSync(`${folder}/older.db`);
  older.exec("DELETE FROM proxmox_mcp_schema WHERE version > 6");
  older.close();
  await tell(["check"], { database: { url: "sqlite:older.db" } });
  return said;
}
