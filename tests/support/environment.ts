import type { FakePve } from "../fake_pve.ts";

/** The variables that tell the program of a simulated cluster, in place of a config. */
export function environmentOf({ host, port, token }: FakePve): Record<string, string> {
  return {
    PROXMOX_HOST: host,
    PROXMOX_PORT: String(port),
    PROXMOX_USER: token.user,
    PROXMOX_TOKEN_NAME: token.name,
    PROXMOX_TOKEN_VALUE: token.value,
    PROXMOX_VERIFY_SSL: "false",
  };
}
