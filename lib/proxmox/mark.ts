import type { Params } from "./api/client.ts";

const SNAPSHOT = /^\/nodes\/[^/]+\/(?:qemu|lxc)\/\d+\/snapshot$/;
const BACKUP = /^\/nodes\/[^/]+\/vzdump$/;
/** Proxmox's own limit. */
const LONGEST_NOTES = 1_024;

/**
 * A change's parameters with a mark of who makes it, where Proxmox knows only the token that all share: in
 * the notes of a backup and in the description of a snapshot, after what the caller says there. What belongs
 * to a guest or to a configuration is left alone. Notes that would become too long stay as they are.
 *
 * @param mark `by ada, proxmox-mcp 8f3a`, without what templates of notes replace
 */
export function marked(params: Params, { path, mark }: { path: string; mark: string }): Params {
  if (SNAPSHOT.test(path)) {
    return { ...params, description: withMark(params.description, mark) };
  }
  // Without a storage Proxmox takes no notes.
  if (!BACKUP.test(path) || params.storage === undefined) return params;
  const notes = withMark(params["notes-template"], mark);
  return notes.length > LONGEST_NOTES ? params : { ...params, "notes-template": notes };
}

function withMark(given: unknown, mark: string): string {
  return given === undefined || given === "" ? mark : `${given} (${mark})`;
}
