/** How a call ended, or how far it has come: a person was asked, or the first change is about to be sent. */
export const OUTCOMES = [
  ...["ok", "error", "denied", "invalid", "cancelled", "asked", "intent"] as const,
];
export type Outcome = typeof OUTCOMES[number];

/** What a person said to a call that destroys something; empty where nothing is to be confirmed. */
export type ConfirmationMark = "" | "asked" | "accepted" | "declined" | "not_asked";

/** One tool call as it is kept. Arguments are already redacted and bounded. */
export interface AuditRow {
  readonly time: Date;
  readonly requestId: string;
  /** The same in all rows of one call: a change leaves its intent and its outcome. */
  readonly callId: string;
  readonly user: string;
  readonly tokenId: number | null;
  readonly tokenName: string;
  readonly address: string;
  readonly door: string;
  readonly tool: string;
  /** Which of several clusters it is about; empty where there is one only, and for what is about all or none. */
  readonly cluster: string;
  /** The tool's; null when there is no such tool. */
  readonly scope: string | null;
  readonly arguments: string;
  /** Lower-case hex SHA-256 of the arguments as they came; see `digestOf`. */
  readonly argumentsSha256: string;
  /** The guest that the call is about, where it is one. */
  readonly vmid: number | null;
  /** Every guest that the call turned out to be about, in order. */
  readonly vmids: readonly number[];
  readonly confirmation: ConfirmationMark;
  /** Who said yes; empty where nobody did. */
  readonly confirmedBy: string;
  readonly outcome: Outcome;
  readonly error: string;
  readonly upid: string;
  readonly durationMs: number;
}

/** What a row tells where there is nothing to tell. */
export const EMPTY_ROW: Omit<AuditRow, "time"> = {
  requestId: "",
  callId: "",
  user: "",
  tokenId: null,
  tokenName: "",
  address: "",
  door: "",
  tool: "",
  cluster: "",
  scope: null,
  arguments: "",
  argumentsSha256: "",
  vmid: null,
  vmids: [],
  confirmation: "",
  confirmedBy: "",
  outcome: "ok",
  error: "",
  upid: "",
  durationMs: 0,
};

/** The row of a call that begins at that time, with nothing else to tell yet. */
export function rowAt(time: Date): AuditRow {
  return { ...EMPTY_ROW, time, callId: callIdAt(time) };
}

/** UUID version 7 (RFC 9562): ids rise with the time, so that their index grows at its end only. */
function callIdAt(time: Date): string {
  const ms = time.getTime().toString(16).padStart(12, "0");
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

/** A row as it was kept: `seq` counts from 1 without gaps, `hash` is lower-case hex SHA-256 or its HMAC. */
export interface StoredAuditRow extends AuditRow {
  /** The key that the hash was made with; empty when it was made with none. */
  readonly keyId: string;
  readonly seq: number;
  readonly previousHash: string;
  readonly hash: string;
}

/** Which rows to list; every condition given must hold. */
export interface AuditFilter {
  readonly user?: string;
  readonly tool?: string;
  /** Calls about one of these clusters; an empty name stands for those that name none. */
  readonly clusters?: readonly string[];
  /** Calls about this guest, however they named it. */
  readonly vmid?: number;
  /** Without one, intents are listed only where no outcome followed. */
  readonly outcome?: Outcome;
  /** Only calls that set out to change something, which left their intent. */
  readonly changes?: boolean;
  /** Rows of this time and later. */
  readonly since?: Date;
  /** Rows before this time. */
  readonly until?: Date;
  /** Rows before this one, by `seq`. */
  readonly before?: number;
  /** At most this many rows, the newest ones; 100 when not given, 10,000 at most. */
  readonly limit?: number;
}

/** A place where the chain of hashes breaks. */
export interface AuditProblem {
  /** The row concerned; of removed rows the first. */
  readonly seq: number;
  readonly kind: "edited" | "removed" | "reordered" | "unknown";
  readonly message: string;
}

/** What `AuditTrail.verify` found. `problems` holds at most the first 100. */
export interface AuditVerification {
  readonly ok: boolean;
  /** Rows read. */
  readonly rows: number;
  /** The first and last row present, null when there is none. */
  readonly first: number | null;
  readonly last: number | null;
  readonly problems: readonly AuditProblem[];
}

export interface AuditPrune {
  /** Rows older than this are removed, up to the first row that is not. */
  readonly before: Date;
  /** Who signs the checkpoint that takes their place. */
  readonly by: string;
  readonly at: Date;
}

export interface AuditPruneReport {
  readonly removed: number;
  /** The `seq` of the last row that signs for removed ones; null when nothing was removed. */
  readonly checkpoint: number | null;
}
