import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { loadConfig } from "../../lib/config/config.ts";
import { type FakePve, startFakePve } from "../fake_pve.ts";
import { Site } from "../site.ts";
import { cli, MAIN, startServe } from "../support/cli.ts";
import {
  type Block,
  blocksOf,
  DOCUMENTS,
  has,
  readDocument,
  runScript,
  strictCurl,
} from "../support/documents.ts";
import { Folder } from "../support/folder.ts";
import { askStarted } from "../support/started_client.ts";
import { grantedToken } from "../support/own_token.ts";
import { OFFERED } from "../support/offered.ts";

/** What the documents' examples say is tried as it stands: nothing is replaced but these. */
const ADDRESS = "http://localhost:8812";
const TOKENS = ["YOUR_TOKEN", "${input:proxmox-token}"];

const TEXTS = await Promise.all(
  DOCUMENTS.map(async (name) => [name, await readDocument(name)] as const),
);
/** Of a client that starts the program itself. */
const STARTED = /"command": "proxmox-mcp"|cmd: proxmox-mcp/;
const blocks = TEXTS.flatMap(([, text]) => blocksOf(text));

function blocksIn(language: string, pattern: RegExp): Block[] {
  const found = blocks.filter((block) => block.language === language && pattern.test(block.text));
  assert.ok(found.length > 0, `the documents have no ${language} block with ${pattern}`);
  return found;
}

function here(text: string, site: Site): string {
  const addressed = text.replaceAll(ADDRESS, site.root);
  return TOKENS.reduce((known, token) => known.replaceAll(token, site.tokens.admin), addressed);
}

Deno.test({
  name: "every curl of the documents answers",
  ignore: !has("curl"),
  fn: async (t) => {
    await using site = await Site.start();
    const env = await strictCurl(site.folder);
    for (const { text } of blocksIn("bash", /^curl /m)) {
      await t.step(text.replaceAll(/\s+/g, " ").slice(-80), async () => {
        const { status, out, err } = await runScript(here(text, site), { cwd: site.folder, env });
        assert.equal(status, 0, `${err}${out}`);
        if (text.includes("/metrics")) return assert.match(out, /^proxmox_mcp_tool_calls_total/m);
        const answers = out.split("\n").filter(Boolean).map((line) => JSON.parse(line));
        assert.equal(answers.length, text.match(/^curl /gm)?.length);
        for (const { status, result, error, openapi, vms } of answers) {
          if (text.includes("/openapi.json")) assert.equal(openapi, "3.1.0");
          else if (text.includes("/api/")) assert.ok(vms.length > 0, out);
          else if (!text.includes("/mcp")) assert.equal(status, "ok");
          else assert.deepEqual([error, result.isError ?? false], [undefined, false], out);
        }
      });
    }
  },
});

interface Entry {
  readonly type?: string;
  readonly url?: string;
  readonly headers?: Record<string, string>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function entryOf(text: string): Entry {
  const { mcpServers, servers, context_servers } = JSON.parse(text);
  const [entry, ...others] = Object.values(mcpServers ?? servers ?? context_servers) as Entry[];
  assert.ok(entry && others.length === 0);
  return entry;
}

interface Target {
  readonly sse: boolean;
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** Where a client with this entry connects; a bridge has address and header among its arguments. */
function targetOf({ type, url, headers, args = [], env = {} }: Entry): Target {
  if (url !== undefined) return { sse: type === "sse", url, headers: headers ?? {} };
  const given = args.map((arg) => arg.replaceAll(/\$\{(\w+)\}/g, (_, name) => env[name] ?? ""));
  return targetOfLine(given.join("\n"));
}

function targetOfLine(line: string): Target {
  const url = line.match(/https?:\/\/[^\s"]+/)?.[0] ?? "";
  const value = line.match(/Authorization: ?([^"\n]+)/)?.[1] ?? "";
  return { sse: false, url, headers: { authorization: value } };
}

Deno.test("every client entry of the documents leads a client to the tools", async (t) => {
  await using site = await Site.start();
  const entries = blocksIn("json", /"(mcpServers|servers|context_servers)"/)
    .filter(({ text }) => !STARTED.test(text))
    .map(({ text }) => targetOf(entryOf(here(text, site))));
  const lines = [...blocksIn("sh", /localhost:8812/), ...blocksIn("yaml", /localhost:8812/)]
    .map(({ text }) => targetOfLine(here(text, site)));
  for (const { sse, url, headers } of [...entries, ...lines]) {
    await t.step(`${sse ? "sse" : "http"} ${new URL(url).pathname}`, async () => {
      const client = new Client({ name: "documents", version: "1" });
      const Transport = sse ? SSEClientTransport : StreamableHTTPClientTransport;
      await client.connect(new Transport(new URL(url), { requestInit: { headers } }));
      assert.equal((await client.listTools()).tools.length, OFFERED.length);
      await client.close();
    });
  }
});

Deno.test("every entry of the documents for a client that starts the program leads it to the tools", async (t) => {
  await using fake = await startFakePve();
  await using folder = await installation(fake);
  await prepare(folder);
  const token = "token create --user ayse --name laptop --permission read";
  const { out } = await cli([...token.split(" "), "--config", folder.at("config.json")]);
  await folder.write("ayse.token", out);
  const started = blocks.filter(({ text }) => STARTED.test(text));
  assert.deepEqual(started.map(({ language }) => language), ["json", "json", "yaml"]);
  for (const { language, text } of started) {
    await t.step(text.slice(0, 30).replaceAll(/\s+/g, " "), async () => {
      const args = language === "json"
        ? entryOf(text).args ?? []
        : /args: \[(.+)\]/.exec(text)?.[1]?.split(", ") ?? [];
      const { nodes } = await askStarted({
        command: folder.at("bin/proxmox-mcp"),
        args: args.map((arg) => arg.replace("/home/ayse/proxmox-mcp", folder.path)),
        env: folder.env,
      });
      assert.match(JSON.stringify(nodes), /pve1/);
    });
  }
});

/** A folder with a config for the simulated cluster and a `proxmox-mcp` that runs this checkout. */
async function installation(fake: FakePve): Promise<Folder & { env: Record<string, string> }> {
  const folder = await Folder.make();
  await folder.write("ca.pem", fake.caPem);
  await folder.write("config.json", {
    proxmox: { host: fake.host, port: fake.port, ca_file: "ca.pem" },
    auth: { user: fake.token.user, token_name: fake.token.name, token_value: fake.token.value },
    server: { port: 0 },
  });
  await Deno.mkdir(folder.at("bin"));
  const run = `exec "${Deno.execPath()}" run --no-prompt -A "${MAIN}" "$@"`;
  await folder.write("bin/proxmox-mcp", `#!/bin/sh\n${run}\n`, 0o755);
  const env = {
    PATH: `${folder.at("bin")}:${Deno.env.get("PATH")}`,
    // What `init` asks for, where the documents say nothing of it.
    ...{ HTTP_PORT: "0", PROXMOX_USER: fake.token.user, PROXMOX_TOKEN_NAME: fake.token.name },
  };
  return Object.assign(folder, { env });
}

/** What a document takes for granted that does not tell how to get there itself. */
async function prepare(folder: Folder): Promise<void> {
  for (const line of ["migrate", "user create ayse --role Administrator"]) {
    const { status, err } = await cli([...line.split(" "), "--config", folder.at("config.json")]);
    assert.equal(status, 0, err);
  }
}

Deno.test("every proxmox-mcp command of a document works, in the order in which it stands", async (t) => {
  await using fake = await startFakePve();
  for (const [name, markdown] of TEXTS) {
    const commands = blocksOf(markdown).filter(({ language, text }) =>
      language === "console" || language === "bash" && /^proxmox-mcp /m.test(text)
    );
    if (commands.length === 0) continue;
    await using folder = await installation(fake);
    if (commands.some(({ text }) => /^proxmox-mcp user proxmox-token /m.test(text))) {
      const config = JSON.parse(await folder.read("config.json"));
      await folder.write("config.json", { ...config, audit: { key_file: "audit-key" } });
      await folder.write("secret", grantedToken({ fake }, "ayse@pve").value);
    }
    if (commands.some(({ text }) => /^proxmox-mcp init /m.test(text))) {
      await Deno.remove(folder.at("config.json"));
      await folder.write("secret", fake.token.value, 0o600);
    } else if (!commands.some(({ text }) => /^proxmox-mcp migrate$/m.test(text))) {
      await prepare(folder);
    }
    const address = `${fake.host}:${fake.port}`;
    for (const command of commands) {
      const [first = ""] = command.text.split("\n");
      const text = command.text.replaceAll("pve1.example", address);
      await t.step(`${name}: ${first}`, () => tryCommands({ ...command, text }, folder));
    }
  }
});

async function tryCommands(
  { language, text }: Block,
  { path: cwd, env }: Awaited<ReturnType<typeof installation>>,
): Promise<void> {
  if (language === "console") {
    for (const session of text.split(/^\$ /m).filter(Boolean)) {
      const [command = "", ...shown] = session.trimEnd().split("\n");
      const { out, err } = await runScript(command, { cwd, env });
      assert.equal(out, shown.join("\n"), err);
    }
  } else if (/^proxmox-mcp serve\b/m.test(text)) {
    await using server = await startServe(text.trim().split(/\s+/).slice(2), { cwd });
    assert.equal((await fetch(new URL("/healthz", server.url))).status, 200);
    server.kill("SIGTERM");
    assert.equal((await server.status).code, 0);
  } else {
    const { status, out, err } = await runScript(text, { cwd, env });
    assert.equal(status, 0, `${out}\n${err}`);
  }
}

Deno.test("every config of the documents is one that the program takes", async (t) => {
  const configs = blocksIn("json", /"proxmox": \{ "host/);
  for (const { text } of [...configs, { text: await exampleConfig() }]) {
    await t.step(text.slice(0, 60).replaceAll(/\s+/g, " "), async () => {
      await using folder = await Folder.make();
      const file = await folder.write("config.json", text);
      for (const [, path = ""] of text.matchAll(/"token_value_file": "([^"]+)"/g)) {
        await folder.write(path, "8a1f7c52-0000-4000-8000-000000000000\n");
      }
      await folder.write("database-url", "postgres://mcp:secret@db.example/mcp\n");
      const config = await loadConfig({ file, env: () => undefined });
      assert.ok(config.clusters[0].proxmox.hosts.length > 0);
    });
  }
});

function exampleConfig(): Promise<string> {
  return Deno.readTextFile(fileURLToPath(new URL("../../config.example.json", import.meta.url)));
}

Deno.test({
  name: "a token made as the documents say, without this program, is good at once",
  ignore: !has("python3") || !has("sha512sum"),
  fn: async () => {
    await using site = await Site.start();
    const user = { username: "ayse", roleName: null, isSuperuser: false, createdAt: new Date() };
    await site.store.createUser(user);
    const [make] = blocksIn("bash", /sha512sum/);
    const [insert] = blocksIn("sql", /^INSERT INTO auth_application_tokens/);
    const { status, out, err } = await runScript(`${make?.text}printf %s "$TOKEN"`, {
      cwd: site.folder,
    });
    assert.equal(status, 0, err);
    const [byShell = "", byPython, token = "", ...rest] = out.split("\n");
    assert.match(byShell, /^[0-9a-f]{128}$/);
    assert.deepEqual([byPython, rest], [byShell, []]);
    const database = new DatabaseSync(`${site.folder}/test.db`);
    database.exec(insert?.text.replace("HASH", byShell) ?? "");
    database.close();
    const allowed = await site.call("get_vms", {}, { token });
    assert.equal(allowed.value?.total, 9, allowed.text);
    assert.equal((await site.call("start_vm", { vmid: 101 }, { token })).code, "forbidden");
  },
});
