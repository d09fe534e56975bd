import { die } from "./errors.ts";
import { drivesOf, guestOf, nameOf, writable } from "./guests.ts";
import type { FakeGuest } from "./state.ts";
import { type Handlers } from "./world.ts";

const keys = /^(?:ci.*|ipconfig\d+|nameserver|searchdomain|sshkeys|name)$/;

function hasDrive(guest: FakeGuest): boolean {
  return drivesOf(guest).some((drive) => drive.volid.includes("cloudinit"));
}

function userData(guest: FakeGuest): string {
  const user = guest.config.ciuser ?? "debian";
  const sshKeys = decodeURIComponent(String(guest.config.sshkeys ?? "")).split("\n").filter((
    line,
  ) => line !== "");
  return [
    "#cloud-config",
    `hostname: ${nameOf(guest)}`,
    "manage_etc_hosts: true",
    `user: ${user}`,
    ...(sshKeys.length ? ["ssh_authorized_keys:", ...sshKeys.map((key) => `  - ${key}`)] : []),
    "chpasswd:",
    "  expire: False",
    "",
  ].join("\n");
}

function networkData(guest: FakeGuest): string {
  const address = /ip=([^,]+)/.exec(String(guest.config.ipconfig0 ?? ""))?.[1];
  return [
    "version: 1",
    "config:",
    "    - type: physical",
    "      name: eth0",
    ...(address ? ["      subnets:", `      - address: ${address}`] : []),
    "",
  ].join("\n");
}

export const cloudinitHandlers: Handlers = {
  "GET /nodes/{node}/qemu/{vmid}/cloudinit": (call) => {
    const guest = guestOf(call, "qemu");
    return Object.entries(guest.config).filter(([key]) => keys.test(key)).map(([key, value]) => ({
      key,
      value,
    }));
  },
  "PUT /nodes/{node}/qemu/{vmid}/cloudinit": (call) => {
    const guest = guestOf(call, "qemu");
    writable(call, guest);
    return null;
  },
  "GET /nodes/{node}/qemu/{vmid}/cloudinit/dump": (call) => {
    const guest = guestOf(call, "qemu");
    if (!hasDrive(guest)) die("no cloudinit drive found");
    const type = call.params.text("type");
    if (type === "user") return userData(guest);
    return type === "network" ? networkData(guest) : `instance-id: ${guest.config.vmgenid}\n`;
  },
};
