import type { AuditLog } from "../audit/log.ts";
import { type AuditRow, EMPTY_ROW } from "../audit/row.ts";
import type { Log } from "../log/log.ts";
import type { GrantEvent } from "./own_tokens.ts";
import type { Request } from "./own_seals.ts";

/** By which request something came about. */
export interface Place {
  readonly address: string;
  readonly requestId: string;
}

export interface Decision extends Place {
  readonly request: Request;
  readonly user: string;
  /** The token that the person has signed in with, or the one that was made. */
  readonly tokenId: number;
  readonly tokenName: string;
  /** What was granted, for people to read; null where nothing was. */
  readonly granted: Readonly<Record<string, unknown>> | null;
}

/** What becomes of sign-ins leaves a row in the trail and a line in the log, as calls do. */
export class OwnTrail {
  readonly #audit: AuditLog;
  readonly #log: Log;
  readonly #now: () => Date;

  constructor({ audit, log, now }: { audit: AuditLog; log: Log; now: () => Date }) {
    this.#audit = audit;
    this.#log = log;
    this.#now = now;
  }

  /** @throws AppError `unavailable` while no row could be kept: then nobody signs in */
  admit(): Promise<void> {
    return this.#audit.admit();
  }

  async decided(decision: Decision): Promise<void> {
    const { request: { client, name, host, redirect }, granted, user } = decision;
    const what = { client, client_name: name, verified: host !== null, redirect };
    await this.#write({
      ...this.#row(decision),
      user,
      tokenId: decision.tokenId,
      tokenName: decision.tokenName,
      tool: "sign_in",
      arguments: JSON.stringify({ ...what, ...granted }),
      confirmation: granted ? "accepted" : "declined",
      confirmedBy: granted ? user : "",
      outcome: granted ? "ok" : "denied",
      error: granted ? "" : "the person said no",
    });
    const text = granted ? "let in" : "turned away";
    this.#log.info(`${user} has ${text} ${JSON.stringify(name)} (${client})`, {
      address: decision.address,
      request_id: decision.requestId,
    });
  }

  async happened({ kind, record, reason }: GrantEvent, place: Place): Promise<void> {
    await this.#write({
      ...this.#row(place),
      user: record.user.username,
      tokenId: record.id,
      tokenName: record.name,
      tool: kind === "ended" ? "sign_out" : "sign_in",
      outcome: kind === "ended" ? "ok" : "denied",
      error: reason,
    });
    const line = kind === "ended"
      ? `Sign-in ${record.id} of ${record.user.username} was ended by its client`
      : `Sign-in ${record.id} of ${record.user.username} was misused: ${reason}`;
    this.#log[kind === "ended" ? "info" : "warning"](line, {
      address: place.address,
      request_id: place.requestId,
    });
  }

  #row({ address, requestId }: Place): AuditRow {
    return { ...EMPTY_ROW, time: this.#now(), requestId, address, door: "oauth", arguments: "{}" };
  }

  #write(row: AuditRow): Promise<void> {
    return this.#audit.write(row);
  }
}
