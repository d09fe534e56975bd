import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  Client as ModernClient,
  SSEClientTransport as ModernSse,
  StreamableHTTPClientTransport as ModernHttp,
} from "@modelcontextprotocol/client";
import { loadConfig } from "../../lib/config/config.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { type FakePve, startFakePve } from "../fake_pve.ts";
import { type ServeProcess, spawnCli, startServe, superviseServe } from "../support/cli.ts";
import { has, runScript, strictCurl } from "../support/documents.ts";
import { Folder } from "../support/folder.ts";

/** What the guide of the Python server tells its users to type and to write, letter for letter. */
const GUIDE = {
  config: `{
    "proxmox": {
        "host": "your-proxmox-host",
        "port": 8006,
        "verify_ssl": false,
        "service": "PVE"
    },
    "auth": {
        "user": "username@pve",
        "token_name": "your-token-name",
        "token_value": "your-token-value"
    },
    "logging": {
        "level": "INFO",
        "format": "%(asctime)s - %(name)s - %(levelname)s - %(message)s",
        "file": "proxmox_mcp.log"
    }
}`,
  environment: `export MCP_HTTP_HOST="0.0.0.0"
export MCP_HTTP_PORT="8812"
export MCP_HTTP_PATH="/mcp"
export PROXMOX_MCP_CONFIG="proxmox-config/config.json"`,
  options: "--host 0.0.0.0 --port 8812 --path /mcp --config proxmox-config/config.json --no-auth",
  tokenUse: `curl -X POST http://localhost:8812/mcp \\
  -H "Authorization: Bearer YOUR_TOKEN_HERE" \\
  -H "Content-Type: application/json" \\
  -d '{"method": "tools/list"}'`,
  tools: `# Tool listesini test et
curl -X POST http://localhost:8812/mcp \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"method": "tools/list"}'

# VM listesini test et
curl -X POST http://localhost:8812/mcp \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "method": "tools/call",
    "params": {
      "name": "get_vms",
      "arguments": {}
    }
  }'`,
  health: `curl -X POST http://localhost:8812/mcp \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "method": "tools/call",
    "params": {
      "name": "health",
      "arguments": {}
    }
  }'`,
  http: `{
  "mcpServers": {
    "ProxmoxMCP-HTTP": {
      "transport": {
        "type": "http",
        "url": "http://localhost:8812/mcp",
        "headers": {
          "Authorization": "Bearer YOUR_TOKEN_HERE"
        }
      },
      "description": "ProxmoxMCP HTTP Server with Django Auth"
    }
  }
}`,
  sse: `{
  "mcpServers": {
    "ProxmoxMCP-SSE": {
      "transport": {
        "type": "sse",
        "url": "http://localhost:8812/mcp/sse",
        "headers": {
          "Authorization": "Bearer YOUR_TOKEN_HERE"
        }
      }
    }
  }
}`,
  log: `grep "AUDIT\\|ERROR" proxmox_mcp.log`,
  scopes: {
    user: ["get_nodes", "get_vms", "get_vm_usage"],
    write: ["start_vm", "shutdown_vm", "execute_vm_command", "create_snapshot"],
    admin: ["create_vm", "delete_vm", "stop_vm"],
  },
  unauthenticated: "Kimlik doğrulama gerekli. Geçerli bir token sağlayın.",
  forbidden: "Bu işlem için gerekli yetkilere (admin) sahip değilsiniz.",
} as const;

const START = fileURLToPath(new URL("../../lib/cli/serve/start.ts", import.meta.url));
const UNVERIFIED = ["-A", "--unsafely-ignore-certificate-errors=127.0.0.1"];

/** A folder as a site of the Python server has it: only the values of its own are filled in. */
async function oldSite(fake: FakePve): Promise<Folder> {
  const folder = await Folder.make();
  const config = GUIDE.config
    .replace("your-proxmox-host", fake.host)
    .replace("8006", String(fake.port))
    .replace("username@pve", fake.token.user)
    .replace("your-token-name", fake.token.name)
    .replace("your-token-value", fake.token.value);
  await Deno.mkdir(folder.at("proxmox-config"));
  await folder.write("proxmox-config/config.json", config);
  return folder;
}

/** The variables that the guide exports; the port is any free one. */
function environment(): Record<string, string> {
  const exports = [...GUIDE.environment.matchAll(/^export (\w+)="(.*)"$/gm)];
  assert.equal(exports.length, 4);
  return {
    ...Object.fromEntries(exports.map(([, name = "", value = ""]) => [name, value])),
    MCP_HTTP_PORT: "0",
  };
}

/** The server as `deno task start` runs it, in the folder of the old one. */
async function start(folder: Folder): Promise<ServeProcess> {
  const { PATH = "", HOME = "", DENO_DIR } = Deno.env.toObject();
  return await superviseServe(
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-env", "--allow-read", "--allow-run", START],
      cwd: folder.path,
      clearEnv: true,
      env: { PATH, HOME, ...(DENO_DIR === undefined ? {} : { DENO_DIR }), ...environment() },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }),
  );
}

async function makeToken(folder: Folder, permission: string): Promise<string> {
  const made = await spawnCli(
    ["token", "create", "--user", "ayse", "--name", "ProxmoxMCP Access"]
      .concat("--permission", permission, "--expires-days", "30"),
    { cwd: folder.path },
  );
  assert.equal(made.status, 0, made.err);
  return made.out;
}

/** Puts this installation's address and token where the guide has its own. */
function here(text: string, { url, token }: { url: string; token: string }): string {
  const local = new URL(url);
  return text.replaceAll("http://localhost:8812", `http://127.0.0.1:${local.port}`)
    .replaceAll(/YOUR_TOKEN(_HERE)?/g, token);
}

Deno.test({
  name: "the guide of the Python server holds: its config, environment, requests, clients and log",
  ignore: !has("curl"),
  fn: async (t) => {
    await using fake = await startFakePve();
    await using folder = await oldSite(fake);
    const curl = await strictCurl(folder.path);
    const user = ["user", "create", "ayse", "--role", "Administrator"];
    for (const args of [["migrate"], user]) {
      const made = await spawnCli(args, { cwd: folder.path });
      assert.equal(made.status, 0, made.err);
    }
    const admin = await makeToken(folder, "admin");
    const reader = await makeToken(folder, "read");
    const server = await start(folder);
    const at = { url: server.url, token: admin };
    const run = (script: string) => runScript(script, { cwd: folder.path, env: curl });

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
        assert.equal(listed.tools.length, TOOLS.length);
        await client.close();
      });
    }

    await t.step("refusals in Turkish", async () => {
      const refused = async (token: string, tool: string) => {
        const response = await fetch(at.url.replace("0.0.0.0", "127.0.0.1"), {
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
  },
});

Deno.test("the guide's options hold; --no-auth only where nobody else can reach it", async (t) => {
  await using fake = await startFakePve();
  await using folder = await oldSite(fake);
  const args = GUIDE.options.replace("8812", "0").split(" ");
  await t.step("refused on every address", async () => {
    const { status, err } = await spawnCli(["serve", ...args], {
      cwd: folder.path,
      flags: UNVERIFIED,
    });
    assert.equal(status, 1);
    assert.match(err, /^proxmox-mcp: Cannot serve with --no-auth on 0\.0\.0\.0: [^\n]+$/m);
  });
  await t.step("served on loopback, with --debug and --log-file", async () => {
    const local = args.map((arg) => arg === "0.0.0.0" ? "127.0.0.1" : arg);
    await using server = await startServe([...local, "--debug", "--log-file", "debug.log"], {
      cwd: folder.path,
      flags: UNVERIFIED,
    });
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
    const response = await fetch(server.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"method": "tools/list"}',
    });
    assert.equal((await response.json()).result.tools.length, TOOLS.length);
    assert.match(await folder.read("debug.log"), /Server started/);
  });
});

Deno.test("the guide's config file, environment and options are read as the Python server read them", async () => {
  await using folder = await Folder.make();
  const file = await folder.write("config.json", GUIDE.config);
  const config = await loadConfig({ file, env: () => undefined });
  assert.deepEqual(config.proxmox.hosts, ["your-proxmox-host"]);
  assert.deepEqual([config.proxmox.port, config.proxmox.verify_ssl], [8006, false]);
  assert.deepEqual(
    [config.auth.user, config.auth.token_name, config.auth.token_value],
    ["username@pve", "your-token-name", "your-token-value"],
  );
  assert.equal(config.logging.file, `${Deno.cwd()}/proxmox_mcp.log`);
  assert.deepEqual([config.server.host, config.server.port], ["127.0.0.1", 8812]);
  const env = { MCP_HTTP_HOST: "10.0.0.1", MCP_HTTP_PORT: "9000", MCP_HTTP_PATH: "/mcp-x798631" };
  const fromEnvironment = await loadConfig({
    file,
    env: (name) => env[name as keyof typeof env],
    options: { "--port": 9001 },
  });
  const { host, port, path } = fromEnvironment.server;
  assert.deepEqual([host, port, path], ["10.0.0.1", 9001, "/mcp-x798631"]);
});

Deno.test("the guide's tools have the scopes that it names", () => {
  for (const [scope, names] of Object.entries(GUIDE.scopes)) {
    for (const name of names) assert.equal(TOOLS.find((tool) => tool.name === name)?.scope, scope);
  }
});
