import { isKind, ProxmoxError } from "../api/errors.ts";
import { requireRunning } from "./checks.ts";
import { type Guest, isContainer } from "./directory.ts";
import type { Pve } from "../pve.ts";
import { garbled, reasonFailure } from "../api/failures.ts";
import { compact, record, records, type Row, text } from "../api/values.ts";

/** One network interface inside a guest; what is not known is left out. */
export type Interface = Awaited<ReturnType<typeof readInterfaces>>[number];

/** What is told of one guest: root in it can make up as much as it likes, and must not crowd out others. */
const MOST_INTERFACES = 100;
const MOST_ADDRESSES = 200;
/** No name of an interface is longer. */
const LONGEST_TEXT = 256;

/**
 * Reads the addresses that a running guest has, from its agent or from the container; no loopback. A warning
 * tells how many are left out.
 */
export async function readInterfaces(
  pve: Pve,
  guest: Guest,
) {
  const rows = isContainer(guest)
    ? await containerInterfaces(pve, guest)
    : await agentInterfaces(pve, guest);
  const all = rows.filter((row) => row.name !== "lo" && !text(row.name)?.startsWith("Loopback"));
  let [room, leftOut] = [MOST_ADDRESSES, 0];
  const told = all.slice(0, MOST_INTERFACES).map((row) => {
    const addresses = addressesOf(row);
    const kept = addresses.slice(0, room);
    room -= kept.length;
    leftOut += addresses.length - kept.length;
    return compact({
      name: short(text(row.name)),
      mac: short(text(row["hardware-address"]) ?? text(row.hwaddr)),
      /** With prefix length. */
      addresses: kept.flatMap((address) => short(address) ?? []),
    });
  });
  const missing = [
    ...all.length > told.length ? [`${all.length - told.length} interfaces`] : [],
    ...leftOut > 0 ? [`${leftOut} addresses`] : [],
  ];
  if (missing.length > 0) {
    pve.warn(`guest ${guest.vmid} has ${missing.join(" and ")} more than are told`);
  }
  return told;
}

function short(given: string | undefined): string | undefined {
  return given?.slice(0, LONGEST_TEXT);
}

async function containerInterfaces(pve: Pve, { node, vmid }: Guest): Promise<Row[]> {
  const data = await pve.value("/nodes/{node}/lxc/{vmid}/interfaces", { node, vmid });
  if (Array.isArray(data)) return records(data);
  if (data !== null) throw garbled(`Proxmox's list of container ${vmid}'s interfaces is no list`);
  throw new ProxmoxError("conflict", `container ${vmid} is not running`, { kind: "not_running" });
}

async function agentInterfaces(pve: Pve, guest: Guest): Promise<Row[]> {
  const path = "/nodes/{node}/qemu/{vmid}/agent/network-get-interfaces";
  const answer = await pve.get(path, guest).catch(async (error) => {
    // The agent of a guest that is paused cannot answer.
    if (isKind(error, "agent_away")) await requireRunning(pve, guest);
    throw error;
  });
  if (Array.isArray(answer.result)) return records(answer.result);
  // Of commands without parameters Proxmox hands on what the agent says against them as their result.
  const { desc } = record(record(answer.result).error);
  if (desc !== undefined) throw reasonFailure(`Agent error: ${text(desc)}`);
  throw garbled("the guest agent's answer holds no list of interfaces");
}

function addressesOf(row: Row): string[] {
  const listed = records(row["ip-addresses"]);
  if (listed.length > 0) {
    return listed.flatMap(({ "ip-address": address, prefix }) => {
      const parts = [text(address), text(prefix)];
      return parts[0] === undefined ? [] : [parts.filter((part) => part !== undefined).join("/")];
    });
  }
  // Proxmox VE 8 lists a container's addresses only here.
  return [text(row.inet), text(row.inet6)].filter((address) => address !== undefined);
}
