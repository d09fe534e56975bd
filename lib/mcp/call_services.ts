import type { AuditLog } from "../audit/log.ts";
import type { Outcome } from "../audit/row.ts";
import type { Halts } from "../database/halts.ts";
import type { SpentKeys } from "../database/spent_keys.ts";
import type { Log } from "../log/log.ts";
import type { Approvals } from "./approval/approvals.ts";
import type { Clusters } from "../proxmox/clusters.ts";
import type { CallersProxmox } from "./callers_proxmox.ts";
import type { StragglersByAsking } from "./clusters/stragglers.ts";
import type { Finish } from "./finished.ts";
import type { IdenticalChanges } from "./identical.ts";
import type { ToolServices } from "./tool_context.ts";

/** What all calls share. */
export interface CallServices extends ToolServices {
  readonly proxmox: Clusters<CallersProxmox>;
  readonly audit: AuditLog;
  readonly log: Log;
  readonly confirm: "always" | "when_supported" | "never";
  /** Sessions that were ended, and answers that have served. */
  readonly spent: SpentKeys;
  readonly identical: IdenticalChanges;
  readonly halts: Halts;
  readonly approvals: Approvals;
  /** How browsers reach this server; null where nobody has said. */
  readonly publicUrl: string | null;
  readonly finish: Finish;
  readonly now: () => Date;
  /** Milliseconds that only ever rise. */
  readonly monotonic: () => number;
  /** Clusters that were not waited for. */
  readonly stragglers: StragglersByAsking;
  /** Aborts the calls under way when the server cannot wait for them any longer. */
  readonly stopping: AbortSignal;
  /** Tells of each token that is no longer good; the function that it returns ends that. */
  readonly onRevoked: (listener: (tokenId: number) => void) => () => void;
  /** Counts a call of a holder, see `holderOf`, as under way; the function that it returns ends that. */
  readonly begin: (holder: number) => () => void;
  /** True when more calls are under way than may be: some that came at once can pass the HTTP side. */
  readonly crowded: (holder: number) => boolean;
  /** Told of every finished call, for metrics. */
  readonly observe: (tool: string, outcome: Outcome, seconds: number) => void;
}
