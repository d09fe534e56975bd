import * as z from "zod";

const plan = z.looseObject({
  id: z.string(),
  state: z.enum(["waiting", "approved", "denied", "spent"]),
  action: z.string(),
  asked_by: z.string(),
  expires_at: z.string(),
});

/** A change that waits for somebody's yes, as tools tell it. */
export const heldPlan = plan;

type HeldPlan = z.input<typeof plan>;

/** The changes that wait for somebody's yes, as one caller may deal with them. */
export interface PlanDesk {
  /** The oldest first. */
  waiting(): Promise<HeldPlan[]>;
  /**
   * A plan that this caller may approve now, or deny, as also one that the caller has approved.
   *
   * @throws AppError `not_found`, `conflict` when it is decided or has expired, `forbidden` for who may not
   */
  open(id: string, options: { deny: boolean }): Promise<HeldPlan>;
  /** Decides it; throws as `open` does. */
  decide(id: string, options: { deny: boolean }): Promise<HeldPlan>;
}
