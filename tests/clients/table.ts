import { fileURLToPath } from "node:url";
import { goProgram } from "../support/go.ts";
import { LineProcess } from "../support/line_process.ts";
import { npmPackages } from "../support/npm.ts";
import { pythonPackages } from "../support/python.ts";
import { Inspector } from "./inspector.ts";
import type { Order, Seen, ServerAddress } from "./orders.ts";

export type Transport = ServerAddress["transport"];

/** A client that runs. */
export interface Speaker extends AsyncDisposable {
  ask(order: Order): Promise<Seen>;
}

/** A program that people use, as it comes from where they have it from. */
export interface Client {
  readonly name: string;
  /** Which revision it speaks on each transport that it has. */
  readonly speaks: Partial<Readonly<Record<Transport, string>>>;
  readonly mode: ServerAddress["mode"];
  /** False for one that connects anew for each call and asks nobody. */
  readonly asks: boolean;
  /** What it connects to in the server's place. */
  readonly through?: (server: ServerAddress) => Promise<ServerAddress>;
  /** @param env laid over what its process has of ours */
  start(env?: Readonly<Record<string, string>>): Promise<Speaker>;
}

const NOW = "2026-07-28";
const BEFORE = "2025-11-25";
const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const typescript = (version: string): Client["start"] => (env = {}) =>
  Promise.resolve(
    new LineProcess(Deno.execPath(), {
      args: ["run", "--no-prompt", "-A", fileOf("typescript.ts"), version],
      env: { ...env },
      stderr: "null",
    }),
  );

const python = (script: string, ...requirements: string[]): Client["start"] => async (env = {}) =>
  new LineProcess("python3", {
    args: [fileOf(script)],
    env: {
      PYTHONPATH: await pythonPackages(...requirements),
      PYTHONDONTWRITEBYTECODE: "1",
      FASTMCP_CHECK_FOR_UPDATES: "off",
      ...env,
    },
    stderr: "null",
  });

async function npmFile(requirement: string, path: string): Promise<string> {
  return `${await npmPackages(requirement)}/node_modules/${path}`;
}

/** The address of a bridge, which a client starts as it starts a server. */
async function bridged(server: ServerAddress): Promise<ServerAddress> {
  if (server.transport === "stdio") return server;
  const { url, transport, headers, mode, signIn } = server;
  const words = Object.entries(headers).flatMap(([name, value]) => [
    "--header",
    `${name}:${value}`,
  ]);
  const program = await npmFile("mcp-remote@0.15.1", "mcp-remote/dist/proxy.js");
  return {
    mode,
    transport: "stdio",
    command: "node",
    args: [program, url, "--transport", `${transport}-only`, ...words],
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      MCP_REMOTE_CONFIG_DIR: `${program}.kept`,
      ...signIn?.env,
    },
  };
}

export const CLIENTS: readonly Client[] = [
  {
    name: "TypeScript SDK 1.32.2",
    speaks: { http: BEFORE, sse: BEFORE, stdio: BEFORE },
    mode: "legacy",
    asks: true,
    start: typescript("v1"),
  },
  {
    name: "TypeScript SDK 2.4.0",
    speaks: { http: NOW, sse: BEFORE, stdio: NOW },
    mode: "auto",
    asks: true,
    start: typescript("v2"),
  },
  {
    name: "TypeScript SDK 2.4.0, before 2026",
    speaks: { http: BEFORE, stdio: BEFORE },
    mode: "legacy",
    asks: true,
    start: typescript("v2"),
  },
  {
    name: "Python mcp 1.30.0",
    speaks: { http: BEFORE, sse: BEFORE, stdio: BEFORE },
    mode: "legacy",
    asks: true,
    start: python("python_v1.py", "mcp==1.30.0"),
  },
  {
    name: "Python mcp 2.3.0",
    speaks: { http: NOW, sse: BEFORE, stdio: NOW },
    mode: "auto",
    asks: true,
    start: python("python_v2.py", "mcp==2.3.0"),
  },
  {
    name: "fastmcp 4.2.3",
    speaks: { http: NOW, sse: BEFORE, stdio: NOW },
    mode: "auto",
    asks: true,
    start: python("fastmcp_client.py", "fastmcp==4.2.3"),
  },
  {
    name: "Go SDK 1.8.0",
    speaks: { http: NOW, sse: BEFORE, stdio: NOW },
    mode: "auto",
    asks: true,
    start: async (env = {}) =>
      new LineProcess(await goProgram(fileOf("go")), { env: { ...env }, stderr: "null" }),
  },
  {
    name: "Inspector 2.12.0",
    speaks: { http: NOW, sse: BEFORE, stdio: NOW },
    mode: "auto",
    asks: false,
    start: async () =>
      new Inspector(
        await npmFile(
          "@modelcontextprotocol/inspector@2.12.0",
          "@modelcontextprotocol/inspector/clients/launcher/build/index.js",
        ),
      ),
  },
  {
    name: "mcp-remote 0.15.1",
    speaks: { http: BEFORE, sse: BEFORE },
    mode: "legacy",
    asks: true,
    through: bridged,
    start: typescript("v1"),
  },
];
