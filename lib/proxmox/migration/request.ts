import type { Guest } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";
import type { MigrationWish } from "./conditions.ts";

/** Sends the request that moves the guest to the node; gives the UPID. */
export async function sendMigration(
  pve: Pve,
  guest: Guest,
  { target, restart, running, targetStorage, withLocalDisks }: MigrationWish & {
    readonly target: string;
  },
): Promise<unknown> {
  if (guest.type === "qemu") {
    return await pve.post("/nodes/{node}/qemu/{vmid}/migrate", guest, {
      target,
      online: running || undefined,
      "with-local-disks": withLocalDisks || undefined,
      targetstorage: targetStorage,
    });
  }
  return await pve.post("/nodes/{node}/lxc/{vmid}/migrate", guest, {
    target,
    restart: running && restart || undefined,
    "target-storage": targetStorage,
  });
}
