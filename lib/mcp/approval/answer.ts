import { type Plan, toldPlan } from "../../database/plans.ts";
import { shownJson } from "../../log/shown.ts";

/** What the caller is told whose change waits. */
export function heldAnswer(
  plan: Plan,
  { publicUrl }: { publicUrl: string | null },
): { readonly value: Record<string, unknown>; readonly page: string | undefined } {
  const { id, expires, user } = plan;
  const page = publicUrl === null ? undefined : `${publicUrl}/approve/${id}`;
  const ways = [
    `\`proxmox-mcp approve ${id}\` on the server's machine`,
    `the tool approve_plan with another user's token`,
    ...(page === undefined ? [] : [page]),
  ].join(", or ");
  const next =
    `Nothing was changed yet. Ask a person other than ${user} to release this plan until ` +
    `${expires.toISOString()}: ${ways}. Then make the very same call again, which runs it once.`;
  const { id: _, state, ...details } = toldPlan(plan);
  const told = { id, state, next, ...(page === undefined ? {} : { page }), ...details };
  return { value: { approval: shownJson(told) }, page };
}
