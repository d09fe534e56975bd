import { AppError, onFailure } from "../../errors.ts";
import { isKind } from "../api/errors.ts";
import { compact, number, record, records, text } from "../api/values.ts";
import { clip } from "../clip.ts";
import { agentEnabled } from "../guest/properties.ts";
import { readConfig } from "../guest/config.ts";
import { guestLabel } from "../guest/directory.ts";
import { currentState } from "../guest/power.ts";
import type { Pve } from "../pve.ts";
import { type Copy, placeOfCopy } from "./copy.ts";

/** What a copy told once it ran; what is not known is left out. */
export interface Answered {
  readonly os?: string;
  readonly kernel?: string;
  readonly hostname?: string;
  readonly filesystems?: readonly {
    mountpoint: string;
    used_bytes?: number;
    total_bytes?: number;
  }[];
  readonly interfaces?: readonly string[];
}

/** How far a copy came: `proved` when something inside answered. */
export interface Booted {
  readonly result: "proved" | "started";
  readonly answered: Answered;
  /** Why nothing inside answered. */
  readonly silent?: string;
}

const POLL_MS = 2_000;
/** A system that fails at once has ended by then. */
const SETTLE_MS = 3_000;
const MOST_LISTED = 20;
const MOST_TEXT = 100;

/**
 * Waits until a copy that was started answers, as long as it may take.
 *
 * @throws AppError `conflict` when it has stopped by itself
 */
export async function watchBoot(pve: Pve, copy: Copy, { ms }: { ms: number }): Promise<Booted> {
  if (copy.type === "lxc") return await watchContainer(pve, copy);
  const { agent } = await readConfig(pve, placeOfCopy(copy));
  if (agentEnabled(agent)) return await askAgent(pve, copy, ms);
  await pve.sleep(SETTLE_MS);
  await requireRunning(pve, copy);
  return { result: "started", answered: {}, silent: "the VM has no guest agent" };
}

async function watchContainer(pve: Pve, copy: Copy): Promise<Booted> {
  await pve.sleep(SETTLE_MS);
  await requireRunning(pve, copy);
  const { node, vmid } = placeOfCopy(copy);
  const told = await optional(() =>
    pve.value("/nodes/{node}/lxc/{vmid}/interfaces", { node, vmid })
  );
  const interfaces = records(told).slice(0, MOST_LISTED).map((row) => said(row.name) ?? "");
  return { result: "proved", answered: interfaces.length > 0 ? { interfaces } : {} };
}

async function askAgent(pve: Pve, copy: Copy, ms: number): Promise<Booted> {
  const { node, vmid } = placeOfCopy(copy);
  const at = { node, vmid };
  const ends = pve.now().getTime() + ms;
  while (true) {
    try {
      const os = await pve.get("/nodes/{node}/qemu/{vmid}/agent/get-osinfo", at);
      return { result: "proved", answered: await readInside(pve, at, record(record(os).result)) };
    } catch (error) {
      if (!(error instanceof AppError) || pve.signal.aborted) throw error;
      if (!isKind(error, "agent_away", "agent_error", "agent_stuck", "connection_broken")) {
        if (isKind(error, "not_running")) throw stopped(copy);
        return { result: "started", answered: {}, silent: error.message };
      }
    }
    await requireRunning(pve, copy);
    if (pve.now().getTime() >= ends) {
      const silent = `the guest agent has not answered within ${Math.round(ms / 1000)} s`;
      return { result: "started", answered: {}, silent };
    }
    await pve.sleep(POLL_MS);
  }
}

async function readInside(
  pve: Pve,
  at: { node: string; vmid: number },
  os: Readonly<Record<string, unknown>>,
): Promise<Answered> {
  const host = await optional(() => pve.get("/nodes/{node}/qemu/{vmid}/agent/get-host-name", at));
  const disks = await optional(() => pve.get("/nodes/{node}/qemu/{vmid}/agent/get-fsinfo", at));
  const filesystems = records(record(disks).result).slice(0, MOST_LISTED).map((row) =>
    compact({
      mountpoint: said(row.mountpoint) ?? "",
      used_bytes: number(row["used-bytes"]),
      total_bytes: number(row["total-bytes"]),
    })
  );
  return compact({
    os: said(os["pretty-name"]) ?? said(os.name),
    kernel: said(os["kernel-release"]),
    hostname: said(record(record(host).result)["host-name"]),
    filesystems: filesystems.length > 0 ? filesystems : undefined,
  });
}

async function requireRunning(pve: Pve, copy: Copy): Promise<void> {
  const { status } = await currentState(pve, placeOfCopy(copy));
  if (status === "stopped") throw stopped(copy);
}

function stopped(copy: Copy): AppError {
  return new AppError(
    "conflict",
    `the copy has stopped by itself (${guestLabel(placeOfCopy(copy))})`,
  );
}

/** What an agent may not tell: it proves enough without. */
function optional<T>(read: () => Promise<T>): Promise<T | undefined> {
  return read().catch(onFailure(() => undefined));
}

function said(value: unknown): string | undefined {
  const words = text(value);
  return words === undefined ? undefined : clip(words, MOST_TEXT);
}
