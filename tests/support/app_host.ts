import assert from "node:assert/strict";
import type { Client } from "@modelcontextprotocol/client";
import type { Browser, BrowserContext, FrameLocator, Page } from "playwright-core";
import type { Site } from "../site.ts";
import { connectClient } from "./official_client.ts";

export const APPS = "io.modelcontextprotocol/ui";
export const PAGE_TYPE = "text/html;profile=mcp-app";
const ADDRESS = "http://host.test/";

/** What a host must let a page do at least, and what it must not. */
const POLICY = "default-src 'none'; script-src 'self' 'unsafe-inline'; " +
  "style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; connect-src 'none'; " +
  "frame-src 'self'";

/** A host that speaks the extension's protocol with the page in its frame. */
const HOST = String.raw`<!doctype html><meta charset="utf-8"><title>Host</title>
<style>body{margin:0}iframe{display:block;width:100%;border:0}</style>
<iframe sandbox="allow-scripts" title="app"></iframe>
<script>
const frame = document.querySelector("iframe");
const heard = [];
const asked = new Map();
const ready = Promise.withResolvers();
let told;
function send(message) {
  frame.contentWindow.postMessage({ jsonrpc: "2.0", ...message }, "*");
}
function ask(method) {
  const id = "host " + method;
  send({ id, method, params: {} });
  return new Promise((resolve) => asked.set(id, resolve));
}
addEventListener("message", async ({ data, source }) => {
  if (source !== frame.contentWindow) return;
  heard.push(data);
  const { id, method, params } = data;
  asked.get(id)?.(data);
  if (method === "ui/initialize") {
    send({ id, result: { protocolVersion: "2026-01-26", hostInfo: { name: "host", version: "1" }, ...told } });
  }
  if (method === "ui/notifications/initialized") ready.resolve();
  if (method === "ui/notifications/size-changed") frame.style.height = params.height + "px";
  if (method === "tools/call") {
    try {
      send({ id, result: await callTool(params) });
    } catch (error) {
      send({ id, error: { code: -32603, message: error.message } });
    }
  }
});
async function show({ html, hello }) {
  told = hello;
  frame.srcdoc = html;
  await ready.promise;
}
</script>`;

export interface AppOptions {
  readonly tool: string;
  readonly args?: Record<string, unknown>;
  readonly token?: string;
  readonly width?: number;
  /** What the host tells the page of itself. */
  readonly context?: Record<string, unknown>;
  /** Whether it lets pages call tools; default: yes. */
  readonly canCall?: boolean;
  /** The revision that its client speaks; default: the newest. */
  readonly mode?: "auto" | "legacy";
  /** Changes the tool's result on its way to the page. */
  readonly alter?: (result: Record<string, unknown>) => Record<string, unknown>;
}

interface Heard {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: unknown;
  readonly error?: { readonly code: number };
}

/** A tool's page as a host shows it: read from the server, in a frame, fed with what the tool answered. */
export class AppHost implements AsyncDisposable {
  readonly page: Page;
  readonly frame: FrameLocator;
  /** All that the browser wanted to load, but for the host's own page. */
  readonly requests: string[];
  /** The tools that the page called. */
  readonly calls: string[];
  readonly #context: BrowserContext;
  readonly #client: Client;

  private constructor(
    parts: Pick<AppHost, "page" | "requests" | "calls"> & {
      context: BrowserContext;
      client: Client;
    },
  ) {
    this.page = parts.page;
    this.requests = parts.requests;
    this.calls = parts.calls;
    this.frame = parts.page.frameLocator("iframe");
    this.#context = parts.context;
    this.#client = parts.client;
  }

  static async open(site: Site, browser: Browser, options: AppOptions): Promise<AppHost> {
    const { tool, args = {}, token, width = 760, canCall = true } = options;
    const client = await connectHost(site, options.mode, token);
    const { tools } = await client.listTools();
    const ui = tools.find(({ name }) => name === tool)?._meta?.ui as { resourceUri: string };
    const { contents: [content] } = await client.readResource({ uri: ui.resourceUri });
    assert.ok(content && "text" in content);
    assert.deepEqual([content.uri, content.mimeType], [ui.resourceUri, PAGE_TYPE]);
    const context = await browser.newContext({
      viewport: { width, height: 700 },
      locale: "en-GB",
      timezoneId: "UTC",
    });
    const page = await context.newPage();
    const requests: string[] = [];
    await context.route("**/*", (route) => {
      const url = route.request().url();
      if (url === ADDRESS) {
        const headers = { "content-security-policy": POLICY, "content-type": "text/html" };
        return route.fulfill({ body: HOST, headers });
      }
      requests.push(url);
      return route.abort();
    });
    const calls: string[] = [];
    await page.exposeFunction("callTool", (params: { name: string; arguments: object }) => {
      calls.push(params.name);
      return client.callTool(params as Parameters<Client["callTool"]>[0]);
    });
    await page.goto(ADDRESS);
    const hello = {
      hostCapabilities: canCall ? { serverTools: {} } : {},
      hostContext: { locale: "en-GB", timeZone: "UTC", theme: "light", ...options.context },
    };
    await page.evaluate(`show(${JSON.stringify({ html: content.text, hello })})`);
    const host = new AppHost({ page, requests, calls, context, client });
    await host.notify("tool-input", { arguments: args });
    const result = await client.callTool({ name: tool, arguments: args });
    await host.notify("tool-result", options.alter?.(result) ?? result);
    return host;
  }

  /** Tells the page something. */
  async notify(what: string, params: Record<string, unknown>): Promise<void> {
    const message = { method: `ui/notifications/${what}`, params };
    await this.page.evaluate(`send(${JSON.stringify(message)})`);
  }

  /** Asks the page something; what it answers. */
  async ask(method: string): Promise<Heard> {
    return await this.page.evaluate(`ask(${JSON.stringify(method)})`);
  }

  /** What the page has sent, oldest first. */
  async heard(): Promise<Heard[]> {
    return await this.page.evaluate("heard");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
    await this.#context.close();
  }
}

/** A function of the browser's, which knows types that this program does not. */
export function inBrowser(body: string): () => unknown {
  return new Function("each", `return ${body}`) as () => unknown;
}

/** The official client, as one that shows pages. */
export function connectHost(
  site: Site,
  mode: "auto" | "legacy" = "auto",
  token?: string,
): Promise<Client> {
  const capabilities = { extensions: { [APPS]: { mimeTypes: [PAGE_TYPE] } } };
  return connectClient(site, { mode, token, capabilities });
}
