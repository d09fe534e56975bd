import { clip } from "../clip.ts";
import type { Pve } from "../pve.ts";
import { compact, flag, number, text, time } from "../api/values.ts";

type Row = Readonly<Record<string, unknown>>;

const DAY_SECONDS = 86_400;
const MAX_NAMES = 20;

/** The certificates that a node serves or trusts, without the certificates themselves. */
export async function readCertificates(pve: Pve, node: string) {
  const rows = await pve.list("/nodes/{node}/certificates/info", { node });
  return rows.map((row) => {
    const end = number(row.notafter);
    const now = pve.now().getTime() / 1000;
    return compact({
      node,
      file: text(row.filename),
      subject: text(row.subject),
      issuer: text(row.issuer),
      names: Array.isArray(row.san) ? row.san.slice(0, MAX_NAMES).map(String) : undefined,
      expires: time(end),
      days_left: end === undefined ? undefined : Math.floor((end - now) / DAY_SECONDS),
      fingerprint: text(row.fingerprint),
    });
  });
}

/** A node's disks. Proxmox wakes sleeping ones to ask for their health. */
export async function readDisks(pve: Pve, node: string) {
  const rows = await pve.list("/nodes/{node}/disks/list", { node });
  return rows.map((row) =>
    compact({
      node,
      device: text(row.devpath),
      model: clip(text(row.model) ?? "", 100) || undefined,
      serial: text(row.serial),
      type: text(row.type),
      size_bytes: number(row.size),
      used_as: text(row.used) ?? (flag(row.mounted) ? "mounted" : undefined),
      health: text(row.health) ?? "UNKNOWN",
      // What Proxmox calls wearout is the share of its life that is left; "N/A" for most disks.
      life_left_percent: number(row.wearout),
    })
  );
}

/** True when SMART says that the disk fails. Many virtual and RAID disks have no SMART at all. */
export function isFailing(disk: { readonly health: string }): boolean {
  return !/^(PASSED|OK|UNKNOWN|N\/A)$/i.test(disk.health);
}

/** The running kernel and a newer one that is installed and waits for a reboot. */
export async function pendingKernel(
  pve: Pve,
  node: string,
): Promise<{ running: string; installed: string } | undefined> {
  const rows = await pve.list("/nodes/{node}/apt/versions", { node });
  const running = rows.map((row) => text(row.RunningKernel)).find((kernel) => kernel);
  const newest = rows.filter((row) => row.CurrentState === "Installed")
    .map((row) =>
      String(row.Package).match(/^(?:proxmox|pve)-kernel-(\d[\d.]*-\d+-pve)(?:-signed)?$/)?.[1]
    )
    .filter((version) => version !== undefined)
    .toSorted(compareKernels).at(-1);
  if (!running || !newest || compareKernels(newest, running) <= 0) return undefined;
  return { running, installed: newest };
}

function compareKernels(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.match(/\d+/g)?.map(Number) ?? []);
  for (let at = 0; at < 4; at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
