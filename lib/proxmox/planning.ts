import { AppError } from "../errors.ts";
import { type Plan, type PlannedRequest, redactedParams } from "./plan.ts";
import type { Params } from "./api/client.ts";
import type { PveCall } from "./pve_parts.ts";

/** A request before its parameters are hidden. */
interface Unsent extends Omit<PlannedRequest, "body"> {
  readonly params: Params;
}

const DRY_RUN_UPID = "UPID:dry-run";

/** What one call requires and, in a dry run, what it would do. */
export class Planning {
  readonly plan: Plan;
  readonly #isDry: boolean;

  constructor({ dryRun, joins }: Pick<PveCall, "dryRun" | "joins">) {
    this.plan = joins?.plan ?? { requests: [], checks: [], changes: {} };
    this.#isDry = dryRun;
  }

  /** Notes a request in place of sending it; returns what stands for the task that it would begin. */
  request({ params, ...request }: Unsent): string {
    const body = Object.keys(params).length > 0 ? { body: redactedParams(params) } : {};
    this.plan.requests.push({ ...request, ...body });
    return DRY_RUN_UPID;
  }

  /** Requires a precondition; a dry run notes it and goes on. */
  check(check: string, ok: boolean, detail: string): void {
    this.plan.checks.push({ check, ok, ...(ok ? {} : { detail }) });
    if (!ok && !this.#isDry) throw new AppError("conflict", detail);
  }

  /** Tells what else would come of the change. */
  foresee(note: string): void {
    const notes = this.plan.notes ?? [];
    if (!notes.includes(note)) this.plan.notes = [...notes, note];
  }
}
