import assert from "node:assert/strict";
import type { TokenLimits } from "../../../lib/auth/limits.ts";
import type { Served } from "../../support/served.ts";
import { createLimitedToken } from "../../tokens.ts";
import type { Steps } from "./steps.ts";

export const REACH: Steps = {
  "lists hold only what the token reaches": async (site) => {
    const cases: [Partial<TokenLimits>, number[]][] = [
      [{ pools: ["dev"] }, [150]],
      [{ tags: ["sandbox"] }, [150]],
      [{ vmids: [{ from: 100, to: 102 }] }, [100, 101, 102]],
      [{ nodes: ["pve2"] }, [102, 103, 110]],
      [{ nodes: ["pve2"], vmids: [{ from: 100, to: 102 }] }, [102]],
      [{ pools: [] }, []],
      [{ tags: ["nosuch"] }, []],
    ];
    for (const [limits, expected] of cases) {
      assert.deepEqual(
        await vmids(site, await createLimitedToken(site.store, limits)),
        expected,
        JSON.stringify(limits),
      );
    }
  },
  "a guest out of reach is refused before anything is sent about it": async (site) => {
    const token = await createLimitedToken(site.store, { pools: ["dev"] });
    for (
      const [tool, args] of [
        ["get_vm_usage", { vmid: 100 }],
        ["start_vm", { vmid: "db1" }],
        ["delete_vm", { vmid: 101 }],
        ["create_snapshot", { vmid: 100, name: "s1" }],
        ["execute_vm_command", { vmid: 100, command: ["true"] }],
        ["start_vm", { vmid: 101, node: "pve1", dry_run: true }],
      ] as const
    ) {
      const answer = await site.call(tool, args, { token });
      assert.equal(answer.code, "not_found", `${tool}: ${answer.text}`);
      assert.match(answer.text, /: no guest within the token's limits (?:has the vmid|is named) /);
    }
    assert.ok(site.fake.requests.every(({ path }) => path === "/cluster/resources"));
    const inside = await site.call("start_vm", { vmid: 150 }, { token });
    assert.equal(inside.value?.exit_status, "OK", inside.text);
  },
};

async function vmids(site: Served, token: string, tool = "get_vms"): Promise<number[]> {
  const { value } = await site.call(tool, {}, { token });
  return (value.vms ?? value.containers).map((row: { vmid: number }) => row.vmid);
}
