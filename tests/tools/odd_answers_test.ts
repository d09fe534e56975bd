import { contract } from "../fake_pve/contract.ts";
import type { Fault } from "../fake_pve.ts";
import { Site } from "../site.ts";
import { CASED, type CasedTool, CASES } from "./cases/mod.ts";
import { SPELLINGS } from "./odd/oddities.ts";
import { Range, Still } from "./odd/range.ts";
import { assertWithstands } from "./odd/withstands.ts";
import { ALL_ON } from "./probe.ts";
import { inDryRun } from "./tool_case.ts";

/** A refusal whose reason is like no other. */
const REFUSED: Fault = {
  kind: "status",
  status: 403,
  message: "Permission check failed (/odd, Odd.Privilege)",
};

/** What is not told when it cannot be read, and why. */
const DOES_WITHOUT: Readonly<Record<string, string>> = {
  "/access/permissions": "it only tells what Proxmox hides; who must know that refuses",
  "/cluster/tasks": "it only tells which kept answers are too old",
};
const READS_WITHOUT: typeof DOES_WITHOUT = {
  ...DOES_WITHOUT,
  "/nodes/{node}/tasks/{upid}/log": "the task's end is told by its status",
};
const PLANS_WITHOUT: typeof DOES_WITHOUT = {
  ...DOES_WITHOUT,
  "/cluster/config/qdevice": "most clusters have none; without it less is allowed",
  "/cluster/ha/resources": "a node is drained all the same: Proxmox itself holds to HA",
  "/cluster/ha/rules": "as above",
  "/cluster/ha/status/current": "Proxmox itself refuses changes without quorum",
  "/nodes/{node}/lxc/{vmid}/pending": "it is asked only to tell what waited before, where it can",
  "/nodes/{node}/qemu/{vmid}/pending": "as above",
};

/** These read this very program. */
const TELLS_OF_ITSELF: readonly CasedTool[] = ["get_audit"];

for (const tool of CASED) {
  const reads = tool.hints.readOnlyHint;
  Deno.test(`${tool.name} ${reads ? "tells" : "plans by"} what is known of odd answers`, async () => {
    const still = new Still();
    await using site = await Site.start({ ...still.options, config: { tools: ALL_ON } });
    const spec = CASES[tool.name as CasedTool];
    await spec.prepare?.(site);
    still.stop();
    const args = typeof spec.args === "function" ? spec.args(site) : spec.args;
    const range = new Range({
      site,
      still,
      server: site.fake,
      describe: (path) =>
        contract().find("GET", decodeURIComponent(path))?.api ?? { path, returns: {} },
      tool,
      args: reads ? args : inDryRun(tool, args),
    });
    await assertWithstands(range, {
      site,
      tool,
      spellings: TELLS_OF_ITSELF.includes(tool.name as CasedTool) ? {} : SPELLINGS,
      refused: REFUSED,
      without: reads ? READS_WITHOUT : PLANS_WITHOUT,
    });
  });
}
