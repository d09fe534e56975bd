/**
 * What many ask the same of and reading does not use up: lists, and how nodes, storages and guests stand.
 * Not tasks and logs, whose readers wait for what comes next, nor what asks a guest's agent.
 */
const KEPT: readonly RegExp[] = [
  /^\/(?:nodes|pools|storage|version)$/,
  /^\/pools\/[^/]+$/,
  /^\/cluster\/(?:backup|ceph\/status|ha\/.+|replication|resources|sdn\/.+|status)$/,
  /^\/cluster\/backup-info\/not-backed-up$/,
  /^\/nodes\/[^/]+\/(?:network|replication|services|status|storage|subscription|version)$/,
  /^\/nodes\/[^/]+\/(?:apt|certificates|disks)\/\w+$/,
  /^\/nodes\/[^/]+\/storage\/[^/]+\/(?:content|rrddata|status)$/,
  /^\/nodes\/[^/]+\/rrddata$/,
  /^\/nodes\/[^/]+\/(?:qemu|lxc)\/\d+\/(?:config|pending|rrddata|snapshot|status\/current)$/,
];

/** Whether what is read there may be told to others for a while. */
export function isKept(path: string): boolean {
  return KEPT.some((pattern) => pattern.test(path));
}
