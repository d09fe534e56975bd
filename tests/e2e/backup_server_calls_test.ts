import assert from "node:assert/strict";
import * as z from "zod";
import { haltsOf } from "../../lib/database/halts.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { CHANGES, defineTool } from "../../lib/tool/tool.ts";
import { startFakePbs } from "../fake_pbs.ts";
import { Site } from "../site.ts";

/** A tool that changes something on a backup server. */
const collect = defineTool({
  name: "collect_backup_garbage",
  title: "Collect garbage",
  description: "Starts a garbage collection",
  scope: "write",
  toolsets: ["backups"],
  hints: CHANGES,
  subject: "cluster",
  privileges: [],
  input: z.strictObject({ server: z.string().describe("name") }),
  output: z.object({ upid: z.string() }),
  action: ({ server }) => `collect garbage on ${server}`,
  run: async ({ server }, { pbs }) => {
    const upid = await pbs.of(server).post("/admin/datastore/{store}/gc", { store: "store1" });
    return { upid: String(upid) };
  },
});

Deno.test("a call's change of a backup server is in its audit row, and halts with all others", async () => {
  await using pbs = await startFakePbs();
  const { user, name, value } = pbs.token;
  const { fingerprint, host, port } = pbs;
  const pbs1 = { host, port, fingerprint, user, token_name: name, token_value: value };
  await using site = await Site.start({
    config: { backup_servers: { pbs1 } },
    tools: [...TOOLS, collect],
  });
  const call = (server: string) => site.call(collect.name, { server }, { role: "write" });
  const { text } = await call("pbs1");
  assert.match(text, /UPID:[^\s"]*:garbage_collection:store1:/);
  const [row] = await site.trail.list({ limit: 1 });
  assert.deepEqual([row?.tool, row?.outcome], [collect.name, "ok"]);
  assert.match(row?.upid ?? "", /:garbage_collection:store1:/);
  const posts = () => pbs.requests.filter(({ method }) => method === "POST").length;
  assert.equal(posts(), 1);
  const unknown = await call("pbs2");
  assert.equal(unknown.code, "not_found");
  assert.match(unknown.text, /no backup server "pbs2": did you mean pbs1\?/);
  await haltsOf(site.database).begin({ by: "ada", reason: "test", since: new Date() });
  const halted = await call("pbs1");
  assert.ok(halted.isError);
  assert.equal(posts(), 1, "a halted change was sent");
});
