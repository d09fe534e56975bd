import { text } from "../api/values.ts";

/** As Debian numbers what comes for a release after it: nearly all of that is for security. */
const STABLE_UPDATE = /[+~]deb\d+u\d+/;

/** Whether an update is for security; Proxmox does not mark its own packages' as such. */
export function isForSecurity(row: { readonly Origin?: unknown; readonly Version?: unknown }) {
  const origin = text(row.Origin) ?? "";
  return /security/i.test(origin) ||
    (origin === "Debian" && STABLE_UPDATE.test(text(row.Version) ?? ""));
}

/** Whether an update comes from Proxmox itself. */
export function isByProxmox(row: { readonly Origin?: unknown }): boolean {
  return /proxmox/i.test(text(row.Origin) ?? "");
}
