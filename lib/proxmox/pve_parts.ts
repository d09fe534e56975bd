import type { Leases } from "../database/leases.ts";
import type { Advice } from "./advice.ts";
import type { Client } from "./api/client.ts";
import type { ApiDescriptions } from "./apidoc/descriptions.ts";
import type { GuestDirectory } from "./guest/guest_directory.ts";
import type { GuestLocks } from "./guest/locks.ts";
import type { Plan, Reach } from "./plan.ts";
import type { Access } from "./privileges.ts";
import type { ShareTime } from "./share_time.ts";
import type { SharedReads } from "./shared_reads.ts";
import type { Sharing } from "./sharing.ts";
import type { Announce } from "./touched.ts";

/** What is known of the cluster through one API token: what it sees depends on its permissions. */
export interface Seen {
  readonly client: Client;
  readonly access: Access;
  readonly directory: GuestDirectory;
  readonly reads: SharedReads;
}

/** The parts that all calls with one API token share. */
export interface PveShared extends Seen {
  /** The cluster that this is. */
  readonly cluster: string;
  /** True where the token is one person's: Proxmox itself knows then who does what. */
  readonly personal: boolean;
  /** What is known through each token that is in use. */
  readonly seen: () => Iterable<Pick<Seen, "directory" | "reads">>;
  readonly locks: GuestLocks;
  readonly leases: Leases;
  readonly share: ShareTime;
  readonly descriptions: ApiDescriptions;
  readonly advice: Advice;
  readonly now: () => Date;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface PveCall {
  /** In whose name Proxmox is asked: callers take turns there. */
  readonly caller: string;
  readonly signal: AbortSignal;
  /** Who calls, for what is made in the call: `by ada, proxmox-mcp 8f3a`; see `marked`. */
  readonly mark?: string | undefined;
  readonly reach: Reach;
  readonly dryRun: boolean;
  /** The plan of the call that this is a part of, in another cluster. */
  readonly joins?: { readonly plan: Plan; readonly cluster: string } | undefined;
  /** True for a call that changes nothing: it may be told what others read a moment ago. */
  readonly onlyReads?: boolean | undefined;
  /** How many requests that read may run at once, where it is one of many clusters that are asked. */
  readonly readsAtOnce?: number | undefined;
  /** What the call does, for messages: `start VM 101`. */
  readonly action: string;
  /** What to do to a guest of the other type than the call is for; default: general advice. */
  readonly forOtherType?: string | undefined;
  readonly progress: (message: string, done?: { progress: number; total?: number }) => void;
  /** Asked before each change that is not announced by itself; a rejection keeps it from being sent. */
  readonly permit: () => Promise<void>;
  /** A rejection keeps the change from being sent. */
  readonly announce: Announce;
  /** Keeps an identical call from making the change too; absent where each makes its own. */
  readonly sharing?: Sharing | undefined;
  /** True when the caller follows the task that is shared with identical calls: it is not waited for. */
  readonly detaches?: boolean;
  /** How long the caller waits for an answer, in milliseconds; default: as long as clients do. */
  readonly patienceMs?: number;
  /** Guests that are in reach, as they were before, while the cluster does not know them. */
  readonly begunGuests?: readonly number[] | undefined;
}
