import { READING_PRIVILEGES } from "../../pbs/unseen.ts";
import type { AnyTool } from "../../tool/tool.ts";

/** The privileges that tools need on a backup server. */
export interface BackupNeeds {
  readonly reading: readonly string[];
  /** On a datastore. */
  readonly changing: readonly string[];
}

const CHANGING = ["Datastore.Verify", "Datastore.Modify", "Datastore.Prune"];

/** What all tools need together. */
export const ALL_NEEDS: BackupNeeds = { reading: READING_PRIVILEGES, changing: CHANGING };

export function backupNeedsOf(tools: readonly AnyTool[]): BackupNeeds {
  const named = new Set(
    tools.flatMap((tool) => (tool.backupPrivileges ?? []).flatMap(([, ...anyOf]) => anyOf)),
  );
  return {
    reading: READING_PRIVILEGES.filter((privilege) => named.has(privilege)),
    changing: CHANGING.filter((privilege) => named.has(privilege)),
  };
}
