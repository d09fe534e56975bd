import assert from "node:assert/strict";
import { startFakePve } from "../fake_pve.ts";
import { cli, startServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly kind: number;
  readonly status: { readonly code: number };
  readonly attributes: readonly { key: string; value: { stringValue?: string } }[];
}

/** What a collector of OTLP over HTTP has been sent. */
class Collector implements AsyncDisposable {
  readonly bodies: string[] = [];
  readonly spans: Span[] = [];
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => this.#take(request),
  );

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async #take(request: Request): Promise<Response> {
    const text = await request.text();
    this.bodies.push(text);
    for (const { scopeSpans } of JSON.parse(text).resourceSpans ?? []) {
      for (const { spans } of scopeSpans) this.spans.push(...spans);
    }
    return Response.json({});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const HEADER_SPAN = "b7ad6b7169203331";
const META_SPAN = "00f067aa0ba902b7";

interface Telling extends AsyncDisposable {
  readonly lines: readonly string[];
  /** Calls a tool as curl does; gives the request's id. */
  call(name: string, args: object, traced?: { header?: string; meta?: string }): Promise<string>;
}

/** The program before a simulated cluster, with these variables and those that name the collector. */
async function startTelling(collector: Collector, variables: Record<string, string>) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await Folder.make());
  const pve = stack.use(await startFakePve());
  await folder.write("ca.pem", pve.caPem);
  const config = await folder.write("config.json", {
    proxmox: { host: pve.host, port: pve.port, ca_file: "ca.pem" },
    auth: { user: pve.token.user, token_name: pve.token.name, token_value: pve.token.value },
    server: { port: 0, require_lock: true },
  });
  const at = ["--config", config];
  await cli(["migrate", ...at]);
  await cli(["user", "create", "ayse", "--superuser", ...at]);
  const args = ["--user", "ayse", "--name", "x", "--permission", "write", ...at];
  const token = (await cli(["token", "create", ...args])).out;
  const to = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  };
  const server = stack.use(await startServe(at, { env: { ...to, ...variables } }));
  const call: Telling["call"] = async (name, args, { header, meta } = {}) => {
    const of = (span: string) => `00-${TRACE}-${span}-01`;
    const _meta = meta === undefined ? {} : { _meta: { traceparent: of(meta) } };
    const response = await fetch(server.url, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        ...(header === undefined ? {} : { traceparent: of(header) }),
      },
      body: JSON.stringify({ method: "tools/call", params: { name, arguments: args, ..._meta } }),
    });
    await response.body?.cancel();
    return response.headers.get("x-request-id") ?? "";
  };
  const kept = stack.move();
  return { lines: server.lines, call, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

Deno.test("a call is a span below its caller's, with its requests to Proxmox below it and no arguments", async () => {
  await using collector = new Collector();
  const ids: string[] = [];
  {
    await using server = await startTelling(collector, { OTEL_DENO: "true" });
    assert.match(server.lines.join("\n"), /^ {2}traces {3}sent where the OTEL_ variables say/m);
    ids.push(await server.call("get_vms", { node: "pve1" }, { header: HEADER_SPAN }));
    ids.push(await server.call("start_vm", { vmid: 999 }, { meta: META_SPAN }));
    ids.push(await server.call("delete_vm", { vmid: 999 }));
    ids.push(await server.call("no_such_tool", {}, { meta: "not a span" }));
  }
  const calls = collector.spans.filter(({ name }) => name.startsWith("execute_tool "));
  const told = (span: Span, key: string) =>
    span.attributes.find((attribute) => attribute.key === key)?.value.stringValue;
  assert.deepEqual(
    calls.map((span) => [span.name, told(span, "proxmox_mcp.outcome"), span.status.code]),
    [
      ["execute_tool get_vms", "ok", 0],
      ["execute_tool start_vm", "error", 2],
      ["execute_tool delete_vm", "denied", 0],
      ["execute_tool unknown", "invalid", 0],
    ],
  );
  assert.deepEqual(calls.map((span) => told(span, "proxmox_mcp.request_id")), ids);
  for (const { attributes } of calls) assert.doesNotMatch(JSON.stringify(attributes), /999|pve1/);
  const [listed, started, deleted, unknown] = calls;
  const request = collector.spans.find(({ spanId }) => spanId === listed?.parentSpanId);
  assert.deepEqual([request?.name, request?.parentSpanId], ["POST", HEADER_SPAN]);
  assert.deepEqual([listed?.traceId, started?.traceId], [TRACE, TRACE]);
  assert.equal(started?.parentSpanId, META_SPAN);
  assert.notEqual(deleted?.traceId, TRACE);
  assert.notEqual(unknown?.traceId, TRACE);
  const below = collector.spans.filter(({ parentSpanId }) => parentSpanId === listed?.spanId);
  assert.ok(below.length > 0, "what was asked of Proxmox is below the call");
});

Deno.test("nothing is told where telemetry is not switched on", async () => {
  await using collector = new Collector();
  {
    await using server = await startTelling(collector, {});
    assert.doesNotMatch(server.lines.join("\n"), /traces/);
    await server.call("get_nodes", {}, { header: HEADER_SPAN });
  }
  assert.deepEqual(collector.bodies, []);
});
