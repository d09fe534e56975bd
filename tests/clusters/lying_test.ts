import assert from "node:assert/strict";
import { askAll } from "../../lib/mcp/clusters/ask_all.ts";
import { Stragglers } from "../../lib/mcp/clusters/stragglers.ts";
import { twoClusters } from "./sites.ts";

/** Guests of a cluster whose answers are not what they should be. */
function guestOn(node: string) {
  const row = { type: "qemu", id: "qemu/100", vmid: 100, status: "running", name: "web1", node };
  return { kind: "body" as const, body: JSON.stringify({ data: [row] }) };
}

Deno.test("a cluster whose answers cannot be used costs the others nothing, and a warning tells of it", async (t) => {
  await using site = await twoClusters();
  for (const node of ["\ud800", "a/b"]) {
    await t.step(JSON.stringify(node), async () => {
      const undo = site.fakes.dc2?.fault({ path: /\/cluster\/resources$/ }, guestOn(node), {
        times: Infinity,
      });
      const { value, text, isError } = await site.call("get_boot_order");
      undo?.();
      assert.equal(isError, false, text);
      const clusters = new Set(value.guests.map(({ cluster }: { cluster: string }) => cluster));
      assert.deepEqual([...clusters], ["default"]);
      assert.match(value.warnings.join("\n"), /dc2: /);
    });
  }
});

Deno.test("askAll takes an unforeseen error for that of its cluster, and logs it", async () => {
  const lines: string[] = [];
  const monotonic = () => performance.now();
  const ask = (cluster: string) =>
    cluster === "dc2" ? Promise.reject(new TypeError("x is undefined")) : Promise.resolve(1);
  const answers = await askAll(["home", "dc2"], ask, {
    signal: new AbortController().signal,
    monotonic,
    stragglers: new Stragglers(monotonic),
    log: { error: (line) => lines.push(line) },
  });
  assert.deepEqual(
    answers.map((answer) => "value" in answer ? answer.value : answer.error.code),
    [1, "internal"],
  );
  assert.deepEqual(lines, ["Cluster dc2: x is undefined"]);
});
