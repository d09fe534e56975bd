import * as z from "zod";
import { chooseStore } from "../lib/pbs/chosen.ts";
import { isPbsKind } from "../lib/pbs/api/errors.ts";
import type { PbsReader } from "../lib/pbs/reader.ts";
import { runningTask } from "../lib/pbs/running.ts";
import { compact, number } from "../lib/proxmox/api/values.ts";
import { requireWhole } from "../lib/tool/backup_api.ts";
import { storeInput, storeOutput } from "../lib/tool/backup_server.ts";
import { followBackupTask, readAfter } from "../lib/tool/backup_task.ts";
import { taskResult, waiting } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "start_garbage_collection",
  title: "Free space on a backup server",
  description:
    "Starts a garbage collection of a datastore: it frees what pruned backups leave, a day after that.",
  scope: "write",
  toolsets: ["backups"],
  switchedOnBy: "backup_servers",
  hints: CHANGES,
  subject: "cluster",
  across: "none",
  privileges: [],
  backupPrivileges: [["/datastore/{store}", "Datastore.Modify"]],
  input: z.strictObject({ ...storeInput, ...waiting }),
  output: z.object({
    ...storeOutput,
    removed_bytes: z.number().optional(),
    pending_bytes: z.number().optional().describe("Freed by a run a day later"),
    disk_bytes: z.number().optional(),
    ...taskResult,
  }),
  action: ({ datastore }) => `collect garbage of ${datastore ?? "the datastore"}`,
  run: async (input, { pbs: servers, pve }) => {
    requireWhole(pve, input.server);
    const { pbs, store } = await chooseStore(servers, input);
    const running = () => runningTask(pbs, { type: "garbage_collection", id: store });
    const state = await followBackupTask(pve, {
      pbs,
      ...input,
      running,
      isLocked: (error) => isPbsKind(error, "locked"),
      start: () => pbs.post("/admin/datastore/{store}/gc", { store }),
    });
    const told = { server: pbs.server, datastore: store };
    if (state.status === "running") return { ...told, ...state };
    const facts = await readAfter(pve, () => collected(pbs, store));
    if ((facts?.pending_bytes ?? 0) > 0) {
      pve.warn("pending: not used any more, and freed by a run a day after it was last used");
    }
    return { ...told, ...facts, ...state };
  },
});

/** What the last run has done, as far as the token may see it. */
async function collected(pbs: PbsReader, store: string) {
  const row = await pbs.get("/admin/datastore/{store}/gc", { store });
  return compact({
    removed_bytes: number(row["removed-bytes"]),
    pending_bytes: number(row["pending-bytes"]),
    disk_bytes: number(row["disk-bytes"]),
  });
}
