import assert from "node:assert/strict";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { Site } from "../site.ts";
import { FIXTURE_FEATURES } from "./features.ts";
import { BearerProxy } from "./proxy.ts";
import { FIXTURE_TOOLS } from "./tools.ts";

const SUITE = "@modelcontextprotocol/conformance";
const VERSION = "0.2.0-alpha.12";
const BASELINE = new URL("baseline.yaml", import.meta.url).pathname;

/** How many scenarios each revision scores for servers. */
const SCORED = { "2025-11-25": 30, "2026-07-28": 37 };

for (const [revision, count] of Object.entries(SCORED)) {
  Deno.test(`every scenario that is scored for servers of ${revision} passes`, async () => {
    await using proxy = await BearerProxy.listen();
    await using site = await Site.start({
      tools: [...TOOLS, ...FIXTURE_TOOLS],
      features: FIXTURE_FEATURES,
      config: { server: { allowed_origins: [proxy.origin] } },
    });
    proxy.lead({ port: site.server.address.port, token: site.tokens.admin });
    const { scored, code, text } = await run(`${proxy.origin}/mcp`, revision);
    assert.equal(scored.length, count);
    const failed = scored.filter((name) => !text.includes(`\n✓ ${name}: `));
    assert.deepEqual({ failed, code }, { failed: [], code: 0 }, text);
  });
}

/** Runs the suite in a folder of its own: only with its modules in one does Deno 2.9.6 load it. */
async function run(
  url: string,
  revision: string,
): Promise<{ scored: string[]; code: number; text: string }> {
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
    return { scored: list.match(/[\w-]*\w/g) ?? [], code, text };
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}
