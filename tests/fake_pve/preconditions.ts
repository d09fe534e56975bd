import { drivesOf, guestOf, haManaged, haSid, isRunning } from "./guests.ts";
import { blocking, dependents } from "./ha_rules.ts";
import { readProperties } from "./property_strings.ts";
import type { FakeGuest, FakeState } from "./state.ts";
import { isOnNode, storageNamed, storageOfVolume } from "./volumes.ts";
import type { Call, Handlers } from "./world.ts";

export interface LocalVolume {
  volid: string;
  cdrom: boolean;
  size: number;
  drivename: string;
}

export function localVolumes(state: FakeState, guest: FakeGuest): LocalVolume[] {
  return drivesOf(guest, true)
    .filter((drive) => drive.volid !== "none" && drive.volid !== "cdrom")
    .filter((drive) => !storageNamed(state, storageOfVolume(drive.volid)).shared)
    .map((drive) => ({
      volid: drive.volid,
      cdrom: drive.cdrom,
      size: drive.size,
      drivename: drive.key,
    }));
}

export function localResources(guest: FakeGuest): string[] {
  return Object.keys(guest.config).filter((key) => /^(?:hostpci|usb|serial|parallel)\d+$/.test(key))
    .filter((key) => !(key.startsWith("serial") && guest.config[key] === "socket"))
    .filter((key) => !String(guest.config[key]).includes("spice"));
}

/** The mapped ones among the devices, by their key (`QemuServer::check_local_resources`). */
export function mappedResources(
  state: FakeState,
  guest: FakeGuest,
): Record<string, { name: string; "live-migration"?: 1 }> {
  return Object.fromEntries(
    localResources(guest).flatMap((key) => {
      const name = readProperties(String(guest.config[key]), "host").mapping;
      if (name === undefined) return [];
      const live = state.mappings.get(name)?.live ?? false;
      return [[key, { name, ...(live ? { "live-migration": 1 as const } : {}) }]];
    }),
  );
}

/** The keys of mapped devices that a node does not have. */
export function missingMappings(state: FakeState, guest: FakeGuest, node: string): string[] {
  return Object.entries(mappedResources(state, guest))
    .filter(([, { name }]) => !state.mappings.get(name)?.nodes.includes(node))
    .map(([key]) => key);
}

export function unavailable(state: FakeState, guest: FakeGuest, node: string): string[] {
  const used = new Set(
    drivesOf(guest).filter((drive) => drive.volid.includes(":")).map((drive) =>
      storageOfVolume(drive.volid)
    ),
  );
  return [...used].filter((id) => {
    const storage = storageNamed(state, id);
    return storage.disabled || !isOnNode(storage, node);
  });
}

function preconditions(call: Call): unknown {
  const { state } = call;
  const guest = guestOf(call, "qemu");
  const refused = otherNodes(state, guest).map((node) => {
    const storages = unavailable(state, guest, node);
    const resources = missingMappings(state, guest, node);
    const rules = blocking(state, guest, node);
    return [node, {
      ...(storages.length ? { unavailable_storages: storages } : {}),
      ...(resources.length ? { "unavailable-resources": resources } : {}),
      ...(rules.length ? { "blocking-ha-resources": rules } : {}),
    }] as const;
  });
  const mapped = mappedResources(state, guest);
  return {
    running: isRunning(guest) ? 1 : 0,
    allowed_nodes: refused.filter(([, why]) => Object.keys(why).length === 0).map(([node]) => node),
    // With an empty object for each node that is allowed (migrate.txt).
    not_allowed_nodes: Object.fromEntries(refused),
    local_disks: localVolumes(state, guest).map(shown),
    local_resources: localResources(guest),
    "mapped-resources": Object.keys(mapped),
    "mapped-resource-info": mapped,
    "has-dbus-vmstate": 1,
    ...(haManaged(state, guest)
      ? { "dependent-ha-resources": dependents(state, guest).map(haSid) }
      : {}),
  };
}

function otherNodes(state: FakeState, guest: FakeGuest): string[] {
  return [...state.nodes.keys()].filter((name) => name !== guest.node);
}

function shown({ volid, size, cdrom, drivename }: LocalVolume): Record<string, unknown> {
  const unused = drivename.startsWith("unused");
  return {
    volid,
    cdrom: cdrom ? 1 : 0,
    shared: 0,
    replicate: 1,
    is_unused: unused ? 1 : 0,
    is_attached: unused ? 0 : 1,
    is_cloudinit: volid.includes("-cloudinit") ? 1 : 0,
    is_tpmstate: drivename.startsWith("tpmstate") ? 1 : 0,
    is_vmstate: 0,
    ...(unused ? {} : { drivename, size }),
  };
}

export const preconditionHandlers: Handlers = {
  "GET /nodes/{node}/qemu/{vmid}/migrate": preconditions,
  "GET /nodes/{node}/lxc/{vmid}/migrate": (call) => {
    const guest = guestOf(call, "lxc");
    const { state } = call;
    const refused = otherNodes(state, guest)
      .map((node) => [node, blocking(state, guest, node)] as const)
      .filter(([, rules]) => rules.length > 0);
    const names = refused.map(([node]) => node);
    return {
      running: isRunning(guest) ? 1 : 0,
      "allowed-nodes": otherNodes(state, guest).filter((node) => !names.includes(node)),
      "not-allowed-nodes": Object.fromEntries(
        refused.map(([node, rules]) => [node, { "blocking-ha-resources": rules }]),
      ),
      ...(haManaged(state, guest)
        ? { "dependent-ha-resources": dependents(state, guest).map(haSid) }
        : {}),
    };
  },
};
