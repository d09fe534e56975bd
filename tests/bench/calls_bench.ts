import { Site } from "../site.ts";

/** Whole requests over loopback HTTP, the simulated cluster behind them: `deno task bench`. */
const site = await Site.start({ pve: { guests: 1000 } });

const body = (name: string, args: Record<string, unknown> = {}) => ({
  method: "tools/call",
  params: { name, arguments: args },
});

async function post(value: unknown): Promise<void> {
  const { status, json, text } = await site.post(value);
  if (status !== 200 || json.result?.isError) throw new Error(text);
}

Deno.bench("GET /healthz", { group: "server", baseline: true }, async () => {
  await (await fetch(`${site.root}/healthz`)).body?.cancel();
});

Deno.bench(
  "ping with authentication",
  { group: "server" },
  async () => await post({ method: "ping" }),
);

Deno.bench(
  "tools/list of an admin",
  { group: "server" },
  async () => await post({ method: "tools/list" }),
);

Deno.bench("get_node_status: one upstream request, one audit row", {
  group: "calls",
  baseline: true,
}, async () => await post(body("get_node_status", { node: "pve1" })));

Deno.bench(
  "get_vms, first of 1,000 guests",
  { group: "calls" },
  async () => await post(body("get_vms")),
);

Deno.bench(
  "get_vms, 500 of 1,000 guests",
  { group: "calls" },
  async () => await post(body("get_vms", { limit: 500 })),
);
