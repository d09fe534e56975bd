import { Site } from "./site.ts";

/** The calls that models make most, on the simulated cluster as it begins. */
const CALLS: readonly (readonly [name: string, args?: Record<string, unknown>])[] = [
  ["get_vms"],
  ["get_vms", { sort: "-memory_used_bytes", limit: 3 }],
  ["get_containers"],
  ["get_nodes"],
  ["find_guests", { text: "web" }],
  ["get_guest", { vmid: 100 }],
  ["get_guest_config", { vmid: 100 }],
  ["get_vm_usage", { vmid: 100 }],
  ["get_guest_ips"],
  ["get_snapshots", { vmid: 100 }],
  ["get_metrics", { vmid: 100 }],
  ["get_storage"],
  ["get_storage_content", { storage: "local" }],
  ["get_backups"],
  ["get_backup_coverage"],
  ["get_attention"],
  ["get_cluster_status"],
  ["get_node_status", { node: "pve1" }],
  ["health"],
  ["start_vm", { vmid: 101, dry_run: true }],
  ["start_vm", { vmid: 101 }],
  ["stop_vm", { vmid: 101 }],
  ["create_snapshot", { vmid: 101, name: "before" }],
  ["create_backup", { vmid: 101 }],
  ["get_tasks"],
];

/** Tokens, at four characters each: near enough to compare by, without a tokenizer's word lists. */
function tokensOf(text: string): number {
  return Math.round(text.length / 4);
}

function print(columns: readonly (string | number)[]): void {
  const [name = "", ...numbers] = columns;
  const line = [String(name).padEnd(52), ...numbers.map((each) => String(each).padStart(8))];
  Deno.stdout.writeSync(new TextEncoder().encode(`${line.join(" ")}\n`));
}

await using site = await Site.start();
print(["answer", "JSON", "text", "before", "after", "saved"]);
const sum = { before: 0, after: 0 };
for (const [name, args = {}] of CALLS) {
  const params = { name, arguments: args, format: "text" };
  const { json } = await site.post({ method: "tools/call", params });
  const { content: [{ text }], structuredContent, isError } = json.result;
  if (isError) throw new Error(text);
  const value = tokensOf(JSON.stringify(structuredContent));
  const readable = tokensOf(text);
  const before = 2 * value;
  const after = value + readable;
  sum.before += before;
  sum.after += after;
  const call = `${name} ${Object.keys(args).length > 0 ? JSON.stringify(args) : ""}`;
  print([call, value, readable, before, after, share(before, after)]);
}
print(["all", "", "", sum.before, sum.after, share(sum.before, sum.after)]);

function share(before: number, after: number): string {
  return `${Math.round((1 - after / before) * 100)}%`;
}
