import assert from "node:assert/strict";
import { DEFAULT_CLUSTER } from "../../lib/database/cluster_name.ts";
import { historyOf } from "../../lib/database/history.ts";
import { type Rehearsal, Rehearsals } from "../../lib/database/rehearsals.ts";
import { OBJECTS, serialized } from "../../lib/proxmox/history/content.ts";
import type { Site } from "../site.ts";
import { grantedToken, startOwnTokens } from "../support/own_token.ts";
import { remember } from "../tools/history.ts";

const HOUR_MS = 3_600_000;
/** The only guest that the operator's token sees, besides the nodes. */
const DEV = 150;
const WEB = 100;

function rehearsalOf(vmid: number): Rehearsal {
  return {
    ...{ id: `r${vmid}`, vmid, type: "qemu", volid: "", archiveTime: null, node: "pve1" },
    ...{ copyVmid: 900, storage: "local", begunBy: "ada", tokenName: "t", begun: new Date() },
    ...{ upid: "", state: "ended", result: "proved", restoreMs: 1, bootMs: 1, answered: "" },
    ...{ error: "", ended: new Date() },
  };
}

/** What the server's own looks and rehearsals would have kept. */
async function keepPast(site: Site): Promise<void> {
  for (const vmid of [WEB, DEV]) {
    await remember(site, vmid, { ago: 3 * HOUR_MS, memory: 1111 });
    await remember(site, vmid, { ago: 2 * HOUR_MS, memory: 2222 });
    await new Rehearsals(site.database, DEFAULT_CLUSTER).begin(rehearsalOf(vmid));
  }
  const objects = [OBJECTS.permissions, OBJECTS.clusterFirewall, OBJECTS.nodeFirewall("pve1")];
  for (const object of objects) {
    for (const [ago, value] of [[3, "before"], [2, "after"]] as const) {
      const at = new Date(Date.now() - ago * HOUR_MS);
      await historyOf(site.database, DEFAULT_CLUSTER)?.keep(object, {
        at,
        content: serialized({ what: value }),
      });
    }
  }
}

async function toldOf(site: Site, token: string): Promise<string[]> {
  const { value, text } = await site.call("get_changes", {}, { token });
  assert.ok(value, text);
  return value.changes.filter(({ kind }: { kind: string }) => kind === "difference")
    .map(({ about }: { about: string }) => about).toSorted();
}

Deno.test("of the past nobody is told what the user's own Proxmox token does not see", async () => {
  await using own = await startOwnTokens();
  const { site } = own;
  await keepPast(site);
  const [operator, auditor, shared] = [
    await own.user(
      "omar",
      grantedToken(
        site,
        "omar@pve",
        { path: `/vms/${DEV}`, roleid: "PVEVMUser" },
        { path: "/nodes", roleid: "PVEAuditor" },
      ),
    ),
    await own.user("audrey", site.fake.tokenFor("auditor")),
    await own.user("shirley"),
  ];
  const all = [
    "firewall of node pve1",
    "firewall of the cluster",
    "guest 100",
    "guest 150",
    "permissions",
  ];
  assert.deepEqual(await toldOf(site, shared), all);
  assert.deepEqual(await toldOf(site, auditor), all);
  assert.deepEqual(await toldOf(site, operator), ["firewall of node pve1", "guest 150"]);

  const rehearsed = async (token: string) => {
    const { value, text } = await site.call("get_rehearsals", {}, { token });
    assert.ok(value, text);
    return value.rehearsals.map(({ vmid }: { vmid: number }) => vmid).toSorted();
  };
  assert.deepEqual(await Promise.all([shared, auditor, operator].map(rehearsed)), [
    [WEB, DEV],
    [WEB, DEV],
    [DEV],
  ]);

  const compared = (vmid: number, token: string) =>
    site.call("compare_config", { vmid, at: "170m", other_at: "100m" }, { token });
  assert.equal((await compared(DEV, operator)).value?.differences[0].from, "1111");
  assert.equal((await compared(WEB, auditor)).value?.differences[0].from, "1111");
  const { code, text } = await compared(WEB, operator);
  assert.equal(code, "not_found", text);
  assert.doesNotMatch(text, /1111|2222/);
});

Deno.test("whoever must have a token and has none is told nothing of the past either", async () => {
  await using own = await startOwnTokens({ config: { auth: { require_own_token: true } } });
  const { site } = own;
  const at = new Date(Date.now() - HOUR_MS);
  const content = serialized({ node: "pve1", type: "qemu", memory: "1111" });
  await historyOf(site.database, DEFAULT_CLUSTER)?.keep(OBJECTS.guest(WEB), { at, content });
  const asked = { vmid: WEB, at: "50m", other_at: "40m" };
  const { code, text } = await site.call("compare_config", asked);
  assert.equal(code, "forbidden", text);
});
