import assert from "node:assert/strict";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { Site } from "../site.ts";
import { fixtureFeatures } from "./features.ts";
import { BearerProxy } from "./proxy.ts";
import { FIXTURE_TOOLS } from "./tools.ts";

const SUITE = "@modelcontextprotocol/conformance";
const VERSION = "0.2.0-alpha.12";
const BASELINE = new URL("baseline.yaml", import.meta.url).pathname;

/** How many scenarios each revision scores for servers, and how many it has for the extension for tasks. */
const SCENARIOS = {
  "2025-11-25": { scored: 30, tasks: 0 },
  "2026-07-28": { scored: 37, tasks: 10 },
};

for (const [revision, counts] of Object.entries(SCENARIOS)) {
  Deno.test(`every scenario for servers of ${revision} passes, and every one for tasks`, async () => {
    await using proxy = await BearerProxy.listen();
    await using site = await Site.start({
      tools: [...TOOLS, ...FIXTURE_TOOLS],
      features: fixtureFeatures(),
      pve: { taskPolls: 6 },
      config: { server: { allowed_origins: [proxy.origin] } },
    });
    proxy.lead({ port: site.server.address.port, token: site.tokens.admin });
    const { scored, tasks, code, text } = await run(`${proxy.origin}/mcp`, revision);
    assert.deepEqual({ scored: scored.length, tasks: tasks.length }, counts);
    const failed = [...scored, ...tasks].filter((name) => !text.includes(`\n✓ ${name}: `));
    assert.deepEqual({ failed, code }, { failed: [], code: 0 }, text);
  });
}

/** Runs the suite in a folder of its own: only with its modules in one does Deno 2.9.6 load it. */
async function run(
  url: string,
  revision: string,
): Promise<{ scored: string[]; tasks: string[]; code: number; text: string }> {
  const cwd = await Deno.makeTempDir({ prefix: "conformance-" });
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--quiet", "--node-modules-dir=auto", `npm:${SUITE}@${VERSION}`, "server"],
        ...["--url", url, "--requirements", revision],
        ...["--expected-failures", BASELINE, "--output-dir", "results"],
      ],
      cwd,
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    }).output();
    const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
    const yaml = await Deno.readTextFile(
      `${cwd}/node_modules/${SUITE}/requirements/${revision}.yaml`,
    );
    const [, list = ""] = /^server:\n((?: {2}- .*\n)+)/m.exec(yaml) ?? [];
    const tasks = yaml.match(/(?<=- scenario: )tasks-[\w-]+(?=\n +leg: server)/g) ?? [];
    return { scored: list.match(/[\w-]*\w/g) ?? [], tasks, code, text };
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}
