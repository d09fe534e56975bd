import type { Client } from "./client.ts";
import { readEvents } from "./client.ts";
import type { Scene } from "./scene.ts";

/** What one client does over and over: one turn. */
export type Actor = (scene: Scene, client: Client) => Promise<void>;

const READS: readonly (readonly [string, object])[] = [
  ["get_nodes", {}],
  ["get_vms", { limit: 5 }],
  ["get_containers", {}],
  ["get_vm_usage", { vmid: 100 }],
  ["get_guest", { vmid: "web1" }],
  ["get_storage", {}],
  ["get_cluster_status", {}],
  ["get_tasks", { limit: 5 }],
  ["get_cluster_log", { limit: 5 }],
  ["find_guests", { text: "web" }],
  ["get_guest_config", { vmid: 101 }],
  ["get_snapshots", { vmid: 100 }],
  ["health", {}],
];

/** Reads as curl sends them. */
export async function reader({ random }: Scene, client: Client): Promise<void> {
  await client.plain(...random.one(READS));
}

/** Changes that undo one another, and waits for their tasks. */
export async function changer({ random, mark }: Scene, client: Client): Promise<void> {
  const turn = random.whole(0, 3);
  if (turn === 0) {
    const name = mark();
    await client.plain("create_snapshot", { vmid: 201, name });
    await client.plain("delete_snapshot", { vmid: 201, name });
  } else if (turn === 1) {
    await client.plain("set_guest_notes", { vmid: 103, notes: mark() });
  } else if (turn === 2) {
    const power = random.one(["start_vm", "stop_vm"]);
    const { messages } = await client.plain(power, { vmid: 150, wait: false });
    const upid = /UPID:[^"\\]+:/.exec(JSON.stringify(messages))?.[0];
    if (upid) await client.plain("wait_task", { upid, timeout_seconds: 10 });
  } else {
    await client.plain("set_guest_tags", { vmid: 202, add: ["soak"] });
    await client.plain("set_guest_tags", { vmid: 202, remove: ["soak"] });
  }
}

/** Calls of the stateless revision, commands in a guest among them. */
export async function modern({ random, mark }: Scene, client: Client): Promise<void> {
  if (random.chance(0.3)) {
    await client.stateless("execute_vm_command", { vmid: 100, command: ["echo", mark()] });
  } else if (random.chance(0.2)) {
    await client.stateless("get_next_vmid", {});
  } else await client.stateless(...random.one(READS));
}

/** A session of the older revision, which is ended or just left. */
export async function sessions(scene: Scene, client: Client): Promise<void> {
  const { random, mark } = scene;
  const headers = await client.open({ elicitation: {} });
  if (headers === null) return;
  await client.post({ jsonrpc: "2.0", method: "notifications/initialized" }, headers);
  await client.post({ jsonrpc: "2.0", id: "list", method: "tools/list" }, headers);
  for (let calls = random.whole(1, 4); calls > 0; calls--) {
    await client.post(client.call(...random.one(READS)), headers);
  }
  if (random.chance(0.5)) await asked(scene, { client, headers, command: mark() });
  if (random.chance(0.5)) await client.ask("DELETE", { headers });
}

/** A call that asks a person, who says yes, or no, or nothing at all. */
async function asked(
  { random }: Scene,
  { client, headers, command }: {
    client: Client;
    headers: Record<string, string>;
    command: string;
  },
): Promise<void> {
  const body = client.call("execute_vm_command", { vmid: 100, command: ["echo", command] });
  const leaving = new AbortController();
  const response = await client.send("POST", {
    headers,
    body: JSON.stringify(body),
    calls: 1,
    signal: leaving.signal,
  });
  const stream = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (stream === undefined) return;
  const question = await readEvents(stream, (text) => /elicitation\/create.*\n\n/.test(text))
    .catch(() => "");
  const id = /"id":"([^"]+)"/.exec(question)?.[1];
  if (id === undefined || random.chance(0.2)) return leaving.abort();
  const action = random.one(["accept", "decline"]);
  const result = { action, ...action === "accept" ? { content: { confirm: true } } : {} };
  await client.post({ jsonrpc: "2.0", id, result }, headers);
  await readEvents(stream, () => false);
}

/** The transport of 2024: a stream, and messages posted beside it. */
export async function sse({ random }: Scene, client: Client): Promise<void> {
  const leaving = new AbortController();
  const response = await client.send("GET", { path: "/mcp/sse", signal: leaving.signal });
  if (response.status !== 200) return void await response.body?.cancel();
  const stream = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const first = await readEvents(stream, (text) => text.includes("\n\n"));
  const path = /data: (\S+)/.exec(first)?.[1] ?? "";
  for (let calls = random.whole(1, 5); calls > 0; calls--) {
    const body = client.call(...random.one(READS));
    const { status } = await client.post(body, {}, path);
    if (status !== 202) continue;
    await readEvents(stream, (text) => text.includes(`"id":${body.id}`) && text.endsWith("\n\n"));
  }
  // A client that is done just goes, mostly.
  leaving.abort();
  await stream.cancel().catch(() => {});
}

/** Holds a session's stream of events open for a while. */
export async function listener({ random, pause }: Scene, client: Client): Promise<void> {
  const headers = await client.open();
  if (headers === null) return;
  const leaving = new AbortController();
  const response = await client.send("GET", {
    headers: { ...headers, accept: "text/event-stream" },
    signal: leaving.signal,
  });
  await pause(random.whole(500, 3_000));
  leaving.abort();
  await response.body?.cancel().catch(() => {});
}
