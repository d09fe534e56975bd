import { AppError } from "../errors.ts";
import type { Snapshot } from "../pbs/snapshots.ts";
import type { TaskState } from "../proxmox/tasks.ts";
import { parsePbsUpid } from "../pbs/upid.ts";
import { type Verdict, verdictOf } from "../pbs/verified.ts";
import type { Pve } from "../proxmox/pve.ts";
import { readAfter } from "./backup_task.ts";

type Told = TaskState & { joined?: true };

/**
 * What a verification has found, by how each backup stands after it: the task's own end says nothing of those
 * that it left out (jobs.txt), and that some are bad is what was asked for.
 *
 * @throws AppError when it failed for another reason
 */
export async function judgedByVerdict(
  pve: Pve,
  { following, read }: { following: Promise<Told>; read: () => Promise<readonly Snapshot[]> },
): Promise<Partial<Told & Verdict>> {
  const began = (upid: string | undefined) =>
    upid === undefined || pve.dryRun ? undefined : parsePbsUpid(upid).startTime;
  try {
    const state = await following;
    if (state.status === "running") return state;
    const backups = await readAfter(pve, read);
    if (backups === undefined) return state;
    const verdict = verdictOf(backups, { since: began(state.upid) });
    if (verdict.failed > 0 && verdict.checked === 0) {
      pve.warn(
        "the failed ones failed before: they are read again with ignore_verified: false only",
      );
    }
    return { ...verdict, ...state };
  } catch (error) {
    const { upid } = pve;
    if (!(error instanceof AppError) || upid === undefined) throw error;
    const since = began(upid);
    const after = await read().catch(() => []);
    const found = after.some(({ verified, verified_at }) =>
      verified === "failed" && since !== undefined && verified_at !== undefined &&
      Date.parse(verified_at) >= since.getTime()
    );
    if (!found) throw error;
    pve.warn("bad backups cannot be restored in whole: make new ones before older ones are pruned");
    return { ...verdictOf(after, { since }), upid };
  }
}
