import type { Actor } from "./actors.ts";
import { type Client, readEvents } from "./client.ts";
import type { Scene } from "./scene.ts";

/** Calls that must be refused, each of which leaves its row all the same. */
export async function refused({ random }: Scene, client: Client): Promise<void> {
  const call = (params: unknown, rest: object = { jsonrpc: "2.0", id: 1 }) => ({
    ...rest,
    method: "tools/call",
    params,
  });
  const health = { name: "health", arguments: {} };
  await client.post(random.one<unknown>([
    call({ name: "stop_vm", arguments: { vmid: 100 } }),
    call({ name: "no_such_tool", arguments: {} }),
    call({ name: "get_vm_usage", arguments: [] }),
    call({ name: "get_vm_usage", arguments: "100" }),
    call({ name: "get_vm_usage", arguments: null }),
    call({ name: "get_vm_usage", arguments: { vmid: "0x65", extra: 1 } }),
    call("health"),
    call(health, { jsonrpc: "2.0", id: null }),
    call(health, { jsonrpc: "1.0", id: {} }),
    [call(health), 7, null, call({ name: "get_nodes" }, {})],
  ]));
  const mismatch = { accept: "application/json", "mcp-protocol-version": "2026-07-28" };
  await client.post(call(health), { ...mismatch, "mcp-method": "tools/list", "mcp-name": "x" });
}

/** Whoever knocks without a good token. */
export async function stranger({ random }: Scene, client: Client): Promise<void> {
  const path = random.one([
    ...["/.well-known/oauth-authorization-server", "/register", "/favicon.ico", "/mcp/sse"],
    ...["/metrics", "/healthz", "/mcp", `/${"x".repeat(random.whole(1, 2_000))}`],
  ]);
  const guess = random.chance(0.5) ? { authorization: `Bearer guess-${random.whole(1, 99)}` } : {};
  await client.ask(random.one(["GET", "POST", "DELETE", "OPTIONS"]), { path, headers: guess });
}

/** More calls at once than one token may have. */
export async function crowd({ pause }: Scene, client: Client): Promise<void> {
  await Promise.all(Array.from({ length: 30 }, () => client.plain("get_nodes")));
  await pause(2_000);
}

/** A client that goes before its answer has come, or before its own body has ended. */
export async function deserter(scene: Scene): Promise<void> {
  const { random, program, token, mark, pause, ledger } = scene;
  const marker = mark();
  const name = random.one(["get_cluster_log", "create_snapshot", "execute_vm_command"]);
  const args = {
    get_cluster_log: { text: marker },
    create_snapshot: { vmid: 110, name: marker },
    execute_vm_command: { vmid: 100, command: ["echo", marker] },
  }[name];
  const body = JSON.stringify({
    ...random.chance(0.5) ? { jsonrpc: "2.0", id: 1 } : {},
    method: "tools/call",
    params: { name, arguments: args },
  });
  const whole = random.chance(0.7);
  const head = [
    ...["POST /mcp HTTP/1.1", "Host: localhost", "Content-Type: application/json"],
    `Authorization: Bearer ${token}`,
    `Content-Length: ${body.length}`,
    ...["", ""],
  ];
  const text = head.join("\r\n") + (whole ? body : body.slice(0, random.whole(0, body.length - 1)));
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: program.port });
  await connection.write(new TextEncoder().encode(text));
  ledger.abandoned({ marker, whole });
  await pause(random.whole(20, whole ? 300 : 3_000));
}

/** Connections on which nothing is ever said. */
export async function idler({ program, random, pause }: Scene): Promise<void> {
  using _first = await Deno.connect({ hostname: "127.0.0.1", port: program.port });
  using second = await Deno.connect({ hostname: "127.0.0.1", port: program.port });
  await second.write(new TextEncoder().encode("POST /mcp HTTP/1.1\r\nHost: loc"));
  await pause(random.whole(100, 4_000));
}

/** A token that is made, used, and revoked while its stream is open. */
export async function revoked({ program, clientOf, ledger, pause, stopped }: Scene): Promise<void> {
  const token = await program.token("read");
  using client = clientOf(token);
  const stream = await client.send("GET", { path: "/mcp/sse" });
  await client.plain("get_nodes");
  await program.revoke(token);
  await readEvents(stream.body!.pipeThrough(new TextDecoderStream()).getReader(), () => false);
  const { status } = await client.plain("get_nodes");
  // The same address has strangers, who may have locked it out.
  if (![401, 429].includes(status)) ledger.result("internal", `HTTP ${status} to a revoked token`);
  if (!stopped()) await pause(4_000);
}

/** A config that is read again. */
export async function reloader({ program, pause }: Scene): Promise<void> {
  program.server.kill("SIGHUP");
  await pause(15_000);
}

export const HOSTILE: readonly Actor[] = [refused, stranger, crowd, deserter, idler, revoked];
