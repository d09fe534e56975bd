import * as z from "zod";
import { AppError } from "../../errors.ts";
import { ProxmoxError } from "../api/errors.ts";
import type { Guest } from "./directory.ts";
import type { Pve } from "../pve.ts";
import { compact, text } from "../api/values.ts";

/** One network interface inside a guest. */
export const interfaceRow = z.object({
  name: z.string(),
  mac: z.string(),
  addresses: z.array(z.string()).describe("with prefix length"),
}).partial();

export type Interface = z.output<typeof interfaceRow>;

type Row = Readonly<Record<string, unknown>>;

/** Reads the addresses that a running guest has, from its agent or from the container; no loopback. */
export async function readInterfaces(
  pve: Pve,
  { node, type, vmid }: Pick<Guest, "node" | "type" | "vmid">,
): Promise<Interface[]> {
  const rows = type === "lxc"
    ? await containerInterfaces(pve, node, vmid)
    : await agentInterfaces(pve, node, vmid);
  return rows.filter((row) => row.name !== "lo" && text(row.name)?.startsWith("Loopback") !== true)
    .map((row) =>
      compact({
        name: text(row.name),
        mac: text(row["hardware-address"]) ?? text(row.hwaddr),
        addresses: addressesOf(row),
      })
    );
}

/** All addresses of a guest, link-local ones last. */
export function flatAddresses(interfaces: readonly Interface[]): string[] {
  const linkLocal = (address: string) => /^(fe80:|169\.254\.)/i.test(address) ? 1 : 0;
  return interfaces.flatMap((row) => row.addresses ?? [])
    .toSorted((a, b) => linkLocal(a) - linkLocal(b));
}

async function containerInterfaces(pve: Pve, node: string, vmid: number): Promise<Row[]> {
  const data = await pve.value("/nodes/{node}/lxc/{vmid}/interfaces", { node, vmid });
  if (Array.isArray(data)) return data;
  throw new ProxmoxError("conflict", `container ${vmid} is not running`, { kind: "not_running" });
}

async function agentInterfaces(pve: Pve, node: string, vmid: number): Promise<Row[]> {
  const answer = await pve.get("/nodes/{node}/qemu/{vmid}/agent/network-get-interfaces", {
    node,
    vmid,
  });
  if (Array.isArray(answer?.result)) return answer.result;
  throw new AppError("unavailable", "the guest agent's answer holds no list of interfaces");
}

function addressesOf(row: Row): string[] {
  const listed = Array.isArray(row["ip-addresses"]) ? row["ip-addresses"] as Row[] : [];
  if (listed.length > 0) {
    return listed.map((entry) => `${entry["ip-address"]}/${entry.prefix}`);
  }
  // Proxmox VE 8 lists a container's addresses only here.
  return [text(row.inet), text(row.inet6)].filter((address) => address !== undefined);
}

/** One guest's row in a list of addresses: its interfaces, or why they are not known. */
export async function readRowOfGuest(
  pve: Pve,
  vmid: number | string,
): Promise<{ vmid: number | string; name?: string; interfaces?: Interface[]; error?: string }> {
  try {
    const guest = await pve.find({ vmid });
    const row = compact({ vmid: guest.vmid, name: guest.name });
    return await readInterfaces(pve, guest).then(
      (interfaces) => ({ ...row, interfaces }),
      (error) => ({ ...row, error: reasonOf(error) }),
    );
  } catch (error) {
    return { vmid, error: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  throw error;
}
