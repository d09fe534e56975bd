import assert from "node:assert/strict";
import { addBackupServer } from "../fake_pve/backup_server.ts";
import { BackupSite } from "../support/backup_site.ts";

const TENANT = "tenant@pbs!t1";

/** Two clusters with guests of the same numbers, both of which store at `pbs1`; `pbs2` is nobody's. */
export async function sharedStore(
  { namespace = "tenant-a", username = TENANT, config = {} }: {
    namespace?: string;
    username?: string;
    config?: Record<string, Record<string, unknown>>;
  } = {},
): Promise<BackupSite> {
  const world = await BackupSite.start({
    config,
    servers: { pbs1: "admin", pbs2: "admin" },
    clusters: { dc2: { pve: { nodes: 2, prefix: "dc2-" } } },
  });
  const state = world.site.fakes.dc2?.state;
  assert.ok(state);
  addBackupServer(state, world.pbs(), { namespace });
  Object.assign(state.storages.get("pbs1")?.options ?? {}, { username });
  world.pbs("pbs2").state.jobs.sync.clear();
  // Backups in files are nobody else's.
  for (const { state } of Object.values(world.site.fakes)) {
    state.volumes = state.volumes.filter(({ content }) => content !== "backup");
  }
  return world;
}
