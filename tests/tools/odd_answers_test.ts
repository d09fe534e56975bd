import assert from "node:assert/strict";
import type { AnyTool } from "../../lib/tool/tool.ts";
import { contract } from "../fake_pve/contract.ts";
import type { Fault } from "../fake_pve.ts";
import { Site, type ToolAnswer } from "../site.ts";
import { CASED, type CasedTool, CASES } from "./cases/mod.ts";
import { complaintOf, lostIn } from "./odd/complaint.ts";
import { LOSSES, SPELLINGS } from "./odd/oddities.ts";
import { Range, SEED, Still } from "./odd/range.ts";
import { ALL_ON } from "./probe.ts";
import { inDryRun } from "./tool_case.ts";
import { changes } from "./requests.ts";

/** What can stand in the place of a whole answer. */
const BODIES: Readonly<Record<string, Fault>> = {
  "no body": { kind: "body", body: "" },
  "a page of a proxy": { kind: "body", body: "<html><body>Bad\nGateway</body></html>" },
  "no data": { kind: "body", body: "{}\n" },
  "null": { kind: "body", body: '{"data":null}\n' },
  "an empty list": { kind: "body", body: '{"data":[]}' },
  "an empty object": { kind: "body", body: '{"data":{}}' },
  "a list of everything": { kind: "body", body: '{"data":[null,7,"x",[],{}]}' },
  "595": { kind: "raw", status: 595, reason: "No route to host", body: "" },
  "500 of a proxy": { kind: "raw", status: 500, body: "<html>Oops</html>" },
};

/** A refusal whose reason is like no other. */
const REFUSED: Fault = {
  kind: "status",
  status: 403,
  message: "Permission check failed (/odd, Odd.Privilege)",
};
const TOLD = /Odd\.Privilege/;

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
  "/cluster/status": "Proxmox itself refuses changes without quorum",
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
    await assertWithstands(range, { site, tool });
  });
}

async function assertWithstands(
  range: Range,
  { site, tool }: { site: Site; tool: AnyTool },
): Promise<void> {
  const before = changes(site).length;
  const without = tool.hints.readOnlyHint ? READS_WITHOUT : PLANS_WITHOUT;
  // What is read only once is read now.
  await range.clean();
  const { answer: clean, paths } = await range.clean();
  const problems: string[] = [];
  const check = (oddity: string, answer: ToolAnswer, more?: string) => {
    const problem = complaintOf(tool, answer) ?? more;
    if (problem !== undefined) problems.push(`${oddity}: ${problem}`);
  };
  for (const [oddity, bend] of Object.entries(SPELLINGS)) {
    const answer = await range.bent(oddity, bend);
    const itself = TELLS_OF_ITSELF.includes(tool.name as CasedTool);
    check(oddity, answer, itself ? undefined : lostIn(answer.value, clean.value));
  }
  for (const [oddity, bend] of Object.entries(LOSSES)) {
    check(oddity, await range.bent(oddity, bend));
  }
  for (const path of paths) {
    const refused = await range.without(path, REFUSED);
    const silent = !TOLD.test(JSON.stringify([refused.text, refused.value])) &&
      without[path] === undefined;
    check(
      `${path} refused`,
      refused,
      silent ? `it is not told: ${refused.text.slice(0, 300)}` : undefined,
    );
    for (const [oddity, fault] of Object.entries(BODIES)) {
      check(`${path} answers ${oddity}`, await range.without(path, fault));
    }
  }
  if (problems.length > 0) {
    problems.push(...site.lines.filter((line) => line.includes(" failed: ")));
  }
  assert.deepEqual(problems, [], `with the seed ${SEED}`);
  assert.equal(changes(site).length, before, "a change was sent");
}
