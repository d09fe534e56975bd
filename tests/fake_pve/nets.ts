import { die, refuse } from "./errors.ts";
import { isRunning } from "./guests.ts";
import { readProperties } from "./property_strings.ts";
import type { FakeGuest } from "./state.ts";
import type { World } from "./world.ts";

/** The text of a network card as the configuration holds it: with its address, the rest in order. */
export function withMac(world: World, guest: Pick<FakeGuest, "type">, text: string): string {
  return guest.type === "qemu" ? qemuNet(world, text) : lxcNet(world, text);
}

function newMac(world: World): string {
  const number = 0x2e0000 + world.next() * 0x8d3;
  return [
    "BC",
    "24",
    "11",
    ...[16, 8, 0].map((shift) =>
      ((number >> shift) & 0xff).toString(16).toUpperCase().padStart(2, "0")
    ),
  ].join(":");
}

const models = /^(?:e1000.*|i825.*|ne2k_.*|pcnet|rtl8139|virtio|vmxnet3)$/;

function qemuNet(world: World, text: string): string {
  const values = readProperties(text, "model");
  const short = Object.keys(values).find((key) => models.test(key));
  const model = short ?? values.model ?? "virtio";
  const mac = (short ? values[short] : values.macaddr) ?? newMac(world);
  const rest = Object.keys(values).filter((key) =>
    key !== short && key !== "model" && key !== "macaddr"
  );
  return [`${model}=${mac}`, ...rest.sort().map((key) => `${key}=${values[key]}`)].join(",");
}

function lxcNet(world: World, text: string): string {
  const values = readProperties(text, "name");
  values.hwaddr ??= newMac(world);
  values.type ??= "veth";
  const { name = "eth0", ...rest } = values;
  return `name=${name},` + Object.keys(rest).sort().map((key) => `${key}=${rest[key]}`).join(",");
}

/** Gives the network cards of a copy addresses of their own. */
export function renewMacs(world: World, guest: FakeGuest): void {
  for (const key of netKeys(guest)) {
    const text = String(guest.config[key]);
    guest.config[key] = text.replace(/BC:24:11(?::[0-9A-F]{2}){3}/i, newMac(world));
  }
}

export function netKeys({ config }: FakeGuest): string[] {
  return Object.keys(config).filter((key) => /^net\d+$/.test(key));
}

/** The bridge that a network card of the guest names, when its node has none of that name. */
export function missingBridge(world: World, guest: FakeGuest, key: string): string | undefined {
  const { bridge } = readProperties(String(guest.config[key]), "model");
  if (!bridge || world.state.sdn.vnets.has(bridge)) return undefined;
  const there = world.state.nodes.get(guest.node)?.network ?? [];
  return there.some((one) => one.iface === bridge) ? undefined : bridge;
}

/**
 * What a write to a container's configuration does last, when all of it is written already: it needs
 * the bridges of all cards (hotplug.txt, container.txt).
 */
export function plugNets(world: World, guest: FakeGuest): void {
  if (guest.type === "qemu") return;
  for (const key of netKeys(guest)) {
    const bridge = missingBridge(world, guest, key);
    if (!bridge) continue;
    const text = `bridge '${bridge}' does not exist`;
    if (isRunning(guest)) refuse({ [key]: `unable to hotplug ${key}: ${text}\n` });
    die(text);
  }
}
