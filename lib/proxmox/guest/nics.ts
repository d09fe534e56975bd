import { AppError } from "../../errors.ts";
import { text } from "../api/values.ts";
import { instead } from "../known.ts";
import type { Pve } from "../pve.ts";
import type { GuestType } from "./directory.ts";
import { properties, switchedPart, withProperties } from "./properties.ts";

type Parts = Record<string, string | number | null | undefined>;

/** The addresses of an interface; containers, and VMs with cloud-init, are given them. */
export interface Addresses {
  /** `dhcp` or with prefix length. */
  readonly ip?: string | undefined;
  readonly gateway?: string | undefined;
  readonly ip6?: string | undefined;
  readonly gateway6?: string | undefined;
}

/** How a network card shall be; what is undefined is left as it is. */
export interface NicWish extends Addresses {
  readonly bridge?: string | undefined;
  /** 0: none. */
  readonly vlan?: number | undefined;
  /** Megabytes a second; 0: no limit. */
  readonly rate_mb_per_s?: number | undefined;
  readonly firewall?: boolean | undefined;
  readonly link_down?: boolean | undefined;
  readonly model?: string | undefined;
}

/** A network card's model, which is also the name of the part with its address. */
const MODEL = /^(?:e1000.*|i825.*|ne2k_.*|pcnet|rtl8139|virtio|vmxnet3)$/;

/** A network card's property string with what is wished; its address and all else stay. */
export function withNic(before: unknown, type: GuestType, wish: NicWish): string {
  assertFits(type, wish);
  const { bridge, vlan, rate_mb_per_s: rate, firewall, link_down } = wish;
  return withProperties(withModel(before, wish.model), {
    bridge,
    tag: vlan === 0 ? null : vlan,
    rate: rate === 0 ? null : rate,
    firewall: switchedPart(firewall),
    link_down: switchedPart(link_down),
    ...addressParts(before, wish),
  });
}

/**
 * The parts for addresses: a gateway belongs to its address, a new one without a gateway has none.
 *
 * @throws AppError `invalid` for a gateway beside an address that is asked for: a container ignores it, and
 * cloud-init is given no network at all (`PVE::QemuServer::Network::parse_ipconfig`)
 */
export function addressParts(before: unknown, { ip, gateway, ip6, gateway6 }: Addresses): Parts {
  const held = properties(before);
  const gatewayOf = (
    name: string,
    given: string | undefined,
    [wanted, now]: (string | undefined)[],
  ) => {
    const address = wanted ?? now ?? "none";
    if (given !== undefined && !address.includes("/")) {
      throw new AppError(
        "invalid",
        `${name}: goes with a fixed address only, this one is ${address}`,
      );
    }
    return given ?? (wanted === undefined ? undefined : null);
  };
  return {
    ip,
    gw: gatewayOf("gateway", gateway, [ip, held.ip]),
    ip6,
    gw6: gatewayOf("gateway6", gateway6, [ip6, held.ip6]),
  };
}

/**
 * Requires that a node has a bridge or vnet of this name. Proxmox takes any name for a VM, which then
 * does not start; where none can be seen, that is left to Proxmox.
 *
 * @throws AppError `not_found` naming those that can be seen
 */
export async function requireBridge(pve: Pve, node: string, bridge: string): Promise<void> {
  const rows = await pve.list("/nodes/{node}/network", { node }, { type: "any_bridge" });
  const names = rows.map(({ iface }) => String(iface)).sort();
  if (names.length === 0 || names.includes(bridge)) return;
  throw new AppError(
    "not_found",
    `node ${node} has no bridge ${bridge}${instead(bridge, names)}`,
  );
}

/** The bridge of a network card. */
export function bridgeOf(nic: unknown): string | undefined {
  return text(properties(nic).bridge);
}

/** The first part holds model and address; other spellings are only read. */
function withModel(before: unknown, model: string | undefined): string {
  const parts = properties(before);
  const old = Object.keys(parts).find((key) => MODEL.test(key));
  if (model === undefined || old === model) return withProperties(before, {});
  if (old === undefined) return withProperties(before, { ["" in parts ? "" : "model"]: model });
  const { [old]: address = "", ...others } = parts;
  return withProperties(`${model}=${address}`, others);
}

function assertFits(type: GuestType, { ip, gateway, ip6, gateway6, model }: NicWish): void {
  if (type === "lxc" && model !== undefined) {
    throw new AppError("invalid", "model: a container's network card has none");
  }
  if (type === "qemu" && (ip ?? gateway ?? ip6 ?? gateway6) !== undefined) {
    throw new AppError("invalid", "ip: a VM has its addresses from cloud-init or from inside");
  }
}
