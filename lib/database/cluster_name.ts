/**
 * The cluster that `proxmox` and `auth` of the configuration name, and that what was kept before there could be
 * several belongs to.
 */
export const DEFAULT_CLUSTER = "default";
