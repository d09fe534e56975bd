import { type Addresses, addressParts } from "./nics.ts";
import { withProperties } from "./properties.ts";

/** An `ipconfig` value with what is given replaced and the rest kept; undefined when nothing is given. */
export function withAddresses(before: unknown, given: Addresses): string | undefined {
  const { ip, gateway, ip6, gateway6 } = given;
  if ((ip ?? gateway ?? ip6 ?? gateway6) === undefined) return undefined;
  return withProperties(before, addressParts(before, given));
}

/** SSH keys as Proxmox wants them: one per line, percent-encoded. */
export function encodeSshKeys(keys: readonly string[]): string {
  return encodeURIComponent(keys.map((key) => key.trim()).join("\n"));
}

/** What a new VM needs for cloud-init: the drive, who may log in, and its address. */
export function cloudInit(
  { ci_user, ssh_public_keys, ip = "dhcp", gateway }: {
    ci_user?: string | undefined;
    ssh_public_keys?: readonly string[] | undefined;
    ip?: string | undefined;
    gateway?: string | undefined;
  },
  storage: string,
) {
  return {
    ide2: `${storage}:cloudinit,media=cdrom`,
    ciuser: ci_user,
    sshkeys: ssh_public_keys && encodeSshKeys(ssh_public_keys),
    ipconfig0: withAddresses(undefined, { ip, gateway }),
  };
}
