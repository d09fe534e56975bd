import { AppError } from "../../errors.ts";
import type { Pve } from "../pve.ts";
import { flag } from "../api/values.ts";

const CHECK = "the cluster has quorum";

/** Notes once in a dry run's plan whether anything can be changed now; nothing where that is unreadable. */
export async function noteQuorum(pve: Pve): Promise<void> {
  const isNoted = () => pve.plan.checks.some(({ check }) => check === CHECK);
  if (isNoted()) return;
  try {
    const rows = await pve.list("/cluster/status");
    const cluster = rows.find((row) => row.type === "cluster");
    const quorate = cluster === undefined || flag(cluster.quorate);
    if (isNoted()) return;
    pve.check(
      CHECK,
      quorate,
      `the cluster has no quorum: Proxmox would refuse; ${pve.advice.quorum}`,
    );
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}
