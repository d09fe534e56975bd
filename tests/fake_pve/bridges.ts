import { die, refuse } from "./errors.ts";
import { isRunning } from "./guests.ts";
import { readProperties } from "./property_strings.ts";
import type { FakeGuest } from "./state.ts";
import type { World } from "./world.ts";

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
