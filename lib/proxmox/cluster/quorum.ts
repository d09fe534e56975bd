import { AppError, onFailure } from "../../errors.ts";
import { garbled } from "../api/failures.ts";
import type { Pve } from "../pve.ts";
import { compact, flag, number, text } from "../api/values.ts";
import { readHaState } from "./ha_state.ts";

/**
 * Reads who is in the cluster, and whether it can decide anything; `size` counts nodes that are not listed too. A
 * host that is in no cluster lists itself only, has no name and needs no quorum.
 */
export async function readCluster(pve: Pve) {
  const rows = await pve.list("/cluster/status");
  const cluster = rows.find((row) => row.type === "cluster");
  const nodes = rows.filter((row) => row.type === "node");
  if (nodes.length === 0) throw garbled("Proxmox's answer to /cluster/status names no node");
  const listed = cluster === undefined || flag(cluster.quorate);
  const isWell = listed && nodes.every(({ online }) => flag(online));
  return {
    ...compact({ name: text(cluster?.name), size: number(cluster?.nodes) }),
    quorate: isWell || await readQuorum(pve).catch(onFailure(() => listed)),
    nodes: nodes.map((row) =>
      compact({
        node: text(row.name) ?? String(row.id),
        online: flag(row.online),
        ip: text(row.ip),
      })
    ),
  };
}

/**
 * Whether the cluster has quorum. What `/cluster/status` says of it is as old as the last node that came or
 * went: votes that change otherwise, as by `pvecm expected` or a QDevice, are not noticed there (9.2.11's
 * `cfs_set_quorate`).
 */
async function readQuorum(pve: Pve): Promise<boolean> {
  return (await readHaState(pve)).quorate;
}

/**
 * Requires quorum where Proxmox accepts a change without it and lets the task fail for no reason that it
 * names (seen with 9.2.11's vzdump: `job errors`). Says nothing where the cluster's state is unreadable.
 *
 * @throws AppError `unavailable`
 */
export async function requireQuorum(pve: Pve): Promise<void> {
  const quorate = await readQuorum(pve).catch(onFailure(() => true));
  // A dry run notes it by itself.
  if (quorate || pve.dryRun) return;
  const text = "the cluster has no quorum, so nothing can be changed";
  throw new AppError("unavailable", `${text}; ${pve.advice.quorum}`);
}

const CHECK = "the cluster has quorum";

/** Notes once in a dry run's plan whether anything can be changed now; nothing where that is unreadable. */
export async function noteQuorum(pve: Pve): Promise<void> {
  const isNoted = () => pve.plan.checks.some(({ check }) => check === CHECK);
  if (isNoted()) return;
  try {
    const quorate = await readQuorum(pve);
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
