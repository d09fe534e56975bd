import { type AuditRow, type ConfirmationMark, type Outcome, rowAt } from "../audit/row.ts";
import { digestOf } from "../audit/digest.ts";
import type { Terms } from "../database/beginning.ts";
import { boundedJson, redactValue } from "../log/redact.ts";
import type { CallRequest } from "./call_request.ts";
import type { CallServices } from "./call_services.ts";
import { vmidOf } from "./input.ts";

const MAX_ARGUMENTS_BYTES = 4_096;
const MAX_NAME = 100;

/** What is known of a call however it ends. */
export type RecordedRequest = Pick<
  CallRequest,
  "principal" | "tool" | "arguments" | "resource" | "transport" | "requestId"
>;

export type RecordServices = Pick<CallServices, "audit" | "catalog" | "now">;

/** What becomes known of a call while it runs, and the rows that it leaves. */
export class CallRecord {
  readonly #services: RecordServices;
  readonly #started: Date;
  readonly #constant: Omit<AuditRow, "outcome">;
  readonly #given: number | null;
  #vmids: readonly number[] = [];
  #upid = "";
  #cluster = "";
  #hasAnnounced = false;
  #confirmation: { mark: ConfirmationMark; by: string } = { mark: "", by: "" };

  constructor(services: RecordServices, request: RecordedRequest) {
    const { principal, tool, arguments: given = {} } = request;
    const { resource } = request;
    const kept = resource === undefined ? given : { resource, ...Object(given) };
    const known = services.catalog.get(tool);
    this.#services = services;
    this.#started = services.now();
    this.#given = vmidOf(given);
    this.#constant = {
      ...rowAt(this.#started),
      requestId: request.requestId,
      user: principal.user,
      tokenId: principal.tokenId === 0 ? null : principal.tokenId,
      tokenName: principal.tokenName,
      address: principal.address,
      door: request.transport,
      tool: tool.slice(0, MAX_NAME),
      scope: known ? services.catalog.scopeOf(known) : null,
      arguments: boundedJson(kept, MAX_ARGUMENTS_BYTES),
      argumentsSha256: digestOf(kept),
    };
  }

  get durationMs(): number {
    return this.#services.now().getTime() - this.#started.getTime();
  }

  /** Which of several clusters it is about. */
  within(cluster: string | undefined): void {
    this.#cluster = cluster ?? "";
  }

  /** How it was confirmed, and by whom. */
  confirmed(mark: ConfirmationMark, by = ""): void {
    this.#confirmation = { mark, by };
  }

  /** The guests that it has turned out to be about, and the last UPID that Proxmox gave. */
  touched({ vmids, upid }: { vmids: readonly number[]; upid: string | undefined }): void {
    this.#vmids = vmids;
    this.#upid = upid ?? "";
  }

  /** Makes durable that these guests are about to be changed; false where the terms do not hold. */
  async announce(vmids: readonly number[], terms?: Terms): Promise<boolean> {
    this.#vmids = vmids;
    const announced = await this.#services.audit.announce(this.#row("intent"), terms);
    this.#hasAnnounced ||= announced;
    return announced;
  }

  /** Keeps how it ended. */
  async end(outcome: Outcome, error = ""): Promise<void> {
    await this.#services.audit.write(this.#row(outcome, error), { isOwed: this.#hasAnnounced });
  }

  #row(outcome: Outcome, error = ""): AuditRow {
    const given = this.#given === null ? [] : [this.#given];
    const vmids = [...new Set([...given, ...this.#vmids])].sort((a, b) => a - b);
    const { mark, by } = this.#confirmation;
    return {
      ...this.#constant,
      cluster: this.#cluster,
      vmid: this.#given ?? (vmids.length === 1 ? vmids[0] ?? null : null),
      vmids,
      confirmation: mark,
      confirmedBy: by,
      outcome,
      error: String(redactValue(error)),
      upid: this.#upid,
      durationMs: this.durationMs,
    };
  }
}
