import { AppError } from "../../errors.ts";
import { REDACTED } from "../../log/redact.ts";
import type { Guest } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";
import type { Departure } from "./departure.ts";
import type { Destination } from "./destination.ts";
import type { Pass } from "./pass.ts";

/** How a guest goes. */
export interface Journey {
  readonly departure: Departure;
  readonly destination: Destination;
  readonly pass: Pass;
  /** Of the pass; nobody is told it but the source's Proxmox. */
  readonly secret: string;
  readonly deleteSource: boolean;
  /** KiB a second. */
  readonly bwlimit?: number | undefined;
}

/** Nodes serve their API there, whatever stands before them for others. */
const PORT = 8006;

/** Sends the request that moves the guest to the other cluster; gives the UPID of the source's task. */
export async function sendJourney(
  pve: Pve,
  guest: Guest,
  { bwlimit, deleteSource, departure, destination, pass, secret }: Journey,
): Promise<unknown> {
  const { bridgeMap, fingerprint, host, storageMap, vmid } = destination;
  const endpoint = [
    `apitoken=PVEAPIToken=${pass.user}!${pass.name}=${pve.dryRun ? REDACTED : secret}`,
    `host=${host}`,
    `port=${PORT}`,
    `fingerprint=${fingerprint}`,
  ].join(",");
  const { runs } = departure;
  const common = {
    "target-endpoint": endpoint,
    "target-storage": storageMap,
    "target-bridge": bridgeMap,
    "target-vmid": vmid,
    delete: deleteSource || undefined,
    bwlimit,
  };
  if (guest.type === "qemu") {
    const params = { ...common, online: runs || undefined };
    return await pve.post("/nodes/{node}/qemu/{vmid}/remote_migrate", guest, params);
  }
  const params = { ...common, restart: runs || undefined };
  return await pve.post("/nodes/{node}/lxc/{vmid}/remote_migrate", guest, params);
}

/** What comes of work that knows a secret, without it, whatever Proxmox has put it into. */
export async function hiding<T extends object>(
  secret: string,
  work: () => Promise<T>,
): Promise<T> {
  const clean = (text: string) => text.replaceAll(secret, REDACTED);
  try {
    return cleaned(await work(), clean);
  } catch (error) {
    throw error instanceof AppError ? error.cleaned(clean) : error;
  }
}

function cleaned<T>(value: T, clean: (text: string) => string): T {
  return JSON.parse(
    JSON.stringify(value),
    (_, each) => typeof each === "string" ? clean(each) : each,
  );
}
