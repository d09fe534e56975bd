import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Client as ModernClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernTransport } from "@modelcontextprotocol/client/stdio";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { findRuntime } from "../../lib/build/runtime.ts";
import { permissionFlags } from "../../lib/cli/flags.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { OFFERED } from "../support/offered.ts";
import { type FakePve, startFakePve } from "../fake_pve.ts";
import { cli, MAIN } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";
import { until } from "../support/until.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ME = { name: "test", version: "1" };
const RUNTIME = await findRuntime();
const VERSION = RUNTIME.version === Deno.version.deno ? "" : ` (runtime ${RUNTIME.version})`;

interface Program {
  readonly command: string;
  readonly args: string[];
}

/** How the program is started. */
interface Form {
  readonly name: string;
  /** As the start-up block tells it. */
  readonly lock: string;
  start(config: string): Promise<Program>;
}

/** A checkout, with exactly the flags that the config needs. */
const FLAGS: Form = {
  name: "deno run",
  lock: "locked (flags)",
  start: async (file) => {
    const options = { "--stdio": true, "--token-file": `${file}.token` };
    const config = await loadConfig({ file, env: () => undefined, options });
    return { command: Deno.execPath(), args: ["run", ...permissionFlags(config), MAIN] };
  },
};

/** The executable that fits any config. */
const GENERIC: Form = {
  name: `executable${VERSION}`,
  lock: "locked (worker)",
  start: async (config) => {
    const command = `${config}.executable`;
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-prompt", `${ROOT}lib/build/runtime.ts`, "--output", command],
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return { command, args: [] };
  },
};

interface Site extends AsyncDisposable {
  readonly pve: FakePve;
  readonly folder: Folder;
  readonly config: string;
}

async function startSite(): Promise<Site> {
  const folder = await Folder.make();
  const pve = await startFakePve();
  await folder.write("ca.pem", pve.caPem);
  const config = await folder.write("config.json", {
    proxmox: { host: "localhost", port: pve.port, ca_file: "ca.pem" },
    auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
    server: { port: 1, require_lock: true },
    logging: { file: folder.at("server.log") },
  });
  return {
    pve,
    folder,
    config,
    [Symbol.asyncDispose]: async () => {
      await pve.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function makeToken({ config }: Site): Promise<string> {
  const at = ["--config", config];
  await cli(["migrate", ...at]);
  await cli(["user", "create", "ayse", "--superuser", ...at]);
  const args = ["--user", "ayse", "--name", "x", "--permission", "write", ...at];
  const token = `${config}.token`;
  await Deno.writeTextFile(token, (await cli(["token", "create", ...args])).out, { mode: 0o600 });
  return token;
}

/** Environment as clients give it: next to nothing. */
function environment(): Record<string, string> {
  const { DENO_DIR, HOME, PATH } = Deno.env.toObject();
  const all = Object.entries({ DENO_DIR, HOME, PATH, DENO_NO_UPDATE_CHECK: "1" });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => !!entry[1]));
}

/** Both official clients, with a token and without, in every era that they know. */
async function useClients({ config }: Site, { program, form, token }: {
  program: Program;
  form: Form;
  token: string;
}): Promise<void> {
  const args = [...program.args, "stdio", "--config", config];
  const server = { ...program, env: environment(), stderr: "pipe" as const };
  for (const [mode, tool] of [["auto", "start_vm"], ["legacy", "shutdown_vm"]] as const) {
    const client = new ModernClient(ME, { versionNegotiation: { mode } });
    const wrong: Error[] = [];
    client.onerror = (error) => wrong.push(error);
    await client.connect(
      new ModernTransport({ ...server, args: [...args, "--token-file", token] }),
    );
    const revision = mode === "auto" ? "2026-07-28" : "2025-11-25";
    assert.equal(client.getNegotiatedProtocolVersion(), revision);
    const result = await client.callTool({ name: tool, arguments: { vmid: 101 } });
    assert.equal(result.isError ?? false, false, JSON.stringify(result));
    await client.close();
    assert.deepEqual(wrong, []);
  }
  const client = new Client(ME);
  const transport = new StdioClientTransport({ ...server, args });
  const said = new Response(transport.stderr as unknown as ReadableStream).text();
  // The SDK's own transports do not fit its Transport type under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  const { tools } = await client.listTools();
  const own = OFFERED.filter(({ scope }) => scope === "user").map(({ name }) => name);
  assert.deepEqual(tools.map((tool: { name: string }) => tool.name), own);
  await client.close();
  const block = await said;
  assert.match(block, /^ {2}address {2}standard input and output, for local:\S+ \(scope user\)$/m);
  assert.ok(block.includes(`  lock     ${form.lock}\n`), block);
  assert.match(block, /Server stopped\n$/);
}

/** What is no message, then a call that SIGTERM finds waiting for its task. */
async function breakOff({ config, pve }: Site, { command, args }: Program): Promise<void> {
  const { tasks } = pve.state;
  const before = tasks.length;
  pve.state.taskPolls = Infinity;
  await using child = new Deno.Command(command, {
    args: [...args, "stdio", "--config", config, "--scope", "write", "--debug"],
    clearEnv: true,
    env: environment(),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [said, answered] = [new Response(child.stderr).text(), new Response(child.stdout).text()];
  const input = child.stdin.getWriter();
  const send = (text: string) => input.write(new TextEncoder().encode(text));
  await send("\uFEFF{}\r\ngarbage\n\n[1]\n");
  await send(`${"x".repeat(5 * 1024 * 1024)}\n`);
  const params = { name: "start_vm", arguments: { vmid: 101 } };
  await send(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params })}\n`);
  await until(() => tasks.length > before);
  child.kill("SIGTERM");
  assert.equal((await child.status).code, 0, await said);
  const messages = (await answered).trimEnd().split("\n").map((line) => JSON.parse(line));
  const codes = messages.flat().map(({ error }) => error?.code);
  assert.deepEqual(codes, [-32600, -32700, -32600, -32000, undefined]);
  assert.equal(messages.at(-1).id, 1);
  const rows = await cli(["audit", "list", "--json", "--config", config]);
  assert.match(rows.out, /"door": ?"stdio".*"outcome": ?"cancelled"/);
  assert.equal(tasks.at(before)?.status, "running");
  await input.abort().catch(() => {});
}

for (const form of [FLAGS, GENERIC]) {
  Deno.test(`stdio in a process of its own: ${form.name}`, async (t) => {
    await using site = await startSite();
    const token = await makeToken(site);
    const program = await form.start(site.config);
    await t.step(
      "the official clients start it and call tools",
      () => useClients(site, { program, form, token }),
    );
    await t.step(
      "nothing but messages comes out, and SIGTERM ends waits",
      () => breakOff(site, program),
    );
    await assert.rejects(site.folder.read("server.log"), Deno.errors.NotFound);
  });
}
