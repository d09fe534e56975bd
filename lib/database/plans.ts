import { AppError } from "../errors.ts";
import type { Database, Row } from "./database.ts";
import { textOf } from "./values.ts";

/** `spent`: it has been run, or what it rests on has changed. */
export type PlanState = "waiting" | "approved" | "denied" | "spent";

/** A change that somebody else must release before it runs. */
export interface Plan {
  readonly id: string;
  /** Digest of who asked for what. */
  readonly asked: string;
  readonly userId: number;
  readonly user: string;
  readonly tokenId: number;
  readonly tool: string;
  /** JSON for people, without secrets. */
  readonly shown: string;
  /** JSON of what the plan rests on. */
  readonly basis: string;
  readonly state: PlanState;
  /** Who approved or denied it; empty while nobody has. */
  readonly decidedBy: string;
  readonly askedAt: Date;
  readonly expires: Date;
}

/** Who approves or denies, and what: the command line, which has no `userId`, also what others have approved. */
export interface Decision {
  readonly state: "approved" | "denied";
  readonly by: { readonly user: string; readonly userId?: number };
}

export type NewPlan = Omit<Plan, "state" | "decidedBy" | "askedAt">;

const MOST_WAITING = 20;
const MOST_LISTED = 200;
/** For so long what has expired is told as that. */
const KEPT_MS = 24 * 60 * 60 * 1000;

const COLUMNS = `id, asked, user_id, username, token_id, tool, shown, basis, state, decided_by,
  asked_at, expires`;
const KEEP = `INSERT INTO proxmox_mcp_plan (${COLUMNS})
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', NULL, $9, $10)
  ON CONFLICT (asked) DO UPDATE SET id = excluded.id, user_id = excluded.user_id,
    username = excluded.username, token_id = excluded.token_id, tool = excluded.tool,
    shown = excluded.shown, basis = excluded.basis, state = excluded.state, decided_by = NULL,
    asked_at = excluded.asked_at, expires = excluded.expires
  WHERE proxmox_mcp_plan.state = 'spent' OR proxmox_mcp_plan.expires <= $9`;
const COUNT = `SELECT count(*) AS waiting FROM proxmox_mcp_plan
  WHERE token_id = $1 AND user_id = $2 AND state = 'waiting' AND expires > $3`;
const FIND = `SELECT ${COLUMNS} FROM proxmox_mcp_plan WHERE id = $1`;
const LIVE = `SELECT ${COLUMNS} FROM proxmox_mcp_plan
  WHERE asked = $1 AND state <> 'spent' AND expires > $2`;
const WAITING = `SELECT ${COLUMNS} FROM proxmox_mcp_plan
  WHERE state = 'waiting' AND expires > $1 ORDER BY asked_at, id LIMIT ${MOST_LISTED}`;
const DECIDE = `UPDATE proxmox_mcp_plan SET state = $2, decided_by = $3
  WHERE id = $1 AND state = $5 AND expires > $4 RETURNING ${COLUMNS}`;
const SPEND = `UPDATE proxmox_mcp_plan SET state = 'spent'
  WHERE id = $1 AND state = $2 AND expires > $3 RETURNING id`;
const SWEEP = "DELETE FROM proxmox_mcp_plan WHERE expires <= $1";

/** Plans in the database, so that any instance, or the command line, can release one. */
export class Plans {
  readonly #database: Database;
  readonly #now: () => Date;

  constructor(database: Database, { now }: { now: () => Date }) {
    this.#database = database;
    this.#now = now;
  }

  /**
   * Keeps a plan, unless one for the same is there that is neither spent nor expired; gives the one that
   * is there then.
   *
   * @throws AppError `conflict` when too many of the token's plans wait already
   */
  async keep(plan: NewPlan): Promise<Plan> {
    this.#requireTable();
    const now = this.#now().getTime();
    await this.#database.transaction(async (tx) => {
      const [count] = await tx.all(COUNT, [plan.tokenId, plan.userId, now]);
      if (Number(count?.waiting) >= MOST_WAITING) {
        throw new AppError(
          "conflict",
          `${MOST_WAITING} plans of this token wait for approval already: have them decided first`,
        );
      }
      const { id, asked, userId, user, tokenId, tool, shown, basis, expires } = plan;
      const values = [id, asked, userId, user, tokenId, tool, shown, basis];
      await tx.all(KEEP, [...values, now, expires.getTime()]);
    });
    const kept = await this.live(plan.asked);
    if (kept === undefined) throw new AppError("conflict", "the plan has expired; call again");
    return kept;
  }

  /** The plan for this that is neither spent nor expired. */
  async live(asked: string): Promise<Plan | undefined> {
    this.#requireTable();
    const [row] = await this.#database.all(LIVE, [asked, this.#now().getTime()]);
    return row && planOf(row);
  }

  /** @throws AppError `not_found` */
  async find(id: string): Promise<Plan> {
    this.#requireTable();
    const [row] = await this.#database.all(FIND, [id]);
    if (row) return planOf(row);
    throw noPlan(id);
  }

  /** Those that wait for somebody, the oldest first, at most 200. */
  async waiting(): Promise<Plan[]> {
    this.#requireTable();
    return (await this.#database.all(WAITING, [this.#now().getTime()])).map(planOf);
  }

  /**
   * Refuses a decision that cannot be made.
   *
   * @throws AppError `conflict` for a plan that does not wait any more, unless who approved it denies it now,
   * `forbidden` for who asked for it
   */
  requireOpen(plan: Plan, { state, by }: Decision): void {
    if (by.user === plan.user || by.userId === plan.userId) {
      throw new AppError("forbidden", `${plan.user} asked for it: somebody else must decide`);
    }
    const isTakenBack = state === "denied" && plan.state === "approved" &&
      (by.userId === undefined || by.user === plan.decidedBy);
    if (plan.state !== "waiting" && !isTakenBack) {
      const how = plan.state === "spent" ? "is used up" : `was ${plan.state} by ${plan.decidedBy}`;
      throw new AppError("conflict", `plan ${plan.id} ${how}`);
    }
    if (plan.expires <= this.#now()) {
      throw new AppError("conflict", `plan ${plan.id} has expired: it must be asked for again`);
    }
  }

  /**
   * Approves or denies a plan that waits. The first decision stands, but for an approval that is denied before
   * it is used. Throws as `requireOpen` does.
   */
  async decide(id: string, decision: Decision): Promise<Plan> {
    const found = await this.find(id);
    this.requireOpen(found, decision);
    const { state, by } = decision;
    const values = [id, state, by.user, this.#now().getTime(), found.state];
    const [decided] = await this.#database.write(DECIDE, values);
    // What somebody else has decided just now may still be denied.
    return decided ? planOf(decided) : await this.decide(id, decision);
  }

  /** Uses a plan up; false when another call did, or it has another state or has expired. */
  async spend({ id, state }: Pick<Plan, "id" | "state">): Promise<boolean> {
    const values = [id, state, this.#now().getTime()];
    return (await this.#database.write(SPEND, values)).length > 0;
  }

  /** Removes what has expired long ago. */
  async sweep(): Promise<void> {
    if (!this.#database.ownTables) return;
    const before = this.#now().getTime() - KEPT_MS;
    await this.#database.write(SWEEP, [before]);
  }

  #requireTable(): void {
    if (this.#database.ownTables) return;
    const state = "plans are kept in a table of the program's own, and audit.database is false";
    throw new AppError("conflict", `approval is not possible here: ${state}`);
  }
}

/** For a plan that there is not, or that who asks may not know of. */
export function noPlan(id: string): AppError {
  return new AppError("not_found", `there is no plan ${id}`);
}

function planOf(row: Row): Plan {
  return {
    id: textOf(row.id),
    asked: textOf(row.asked),
    userId: Number(row.user_id),
    user: textOf(row.username),
    tokenId: Number(row.token_id),
    tool: textOf(row.tool),
    shown: textOf(row.shown),
    basis: textOf(row.basis),
    state: textOf(row.state) as PlanState,
    decidedBy: textOf(row.decided_by),
    askedAt: new Date(Number(row.asked_at)),
    expires: new Date(Number(row.expires)),
  };
}

/** A plan as everybody is told it who may know of it. */
export function toldPlan(plan: Plan): Record<string, unknown> {
  const { id, state, user, askedAt, expires, decidedBy, shown } = plan;
  return {
    id,
    state,
    asked_by: user,
    asked_at: askedAt.toISOString(),
    expires_at: expires.toISOString(),
    ...(decidedBy === "" ? {} : { decided_by: decidedBy }),
    ...JSON.parse(shown) as Record<string, unknown>,
  };
}
