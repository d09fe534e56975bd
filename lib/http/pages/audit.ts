import { type AuditRow, rowAt } from "../../audit/row.ts";
import type { Context } from "hono";
import type { Env } from "../request.ts";
import type { PageApp } from "./services.ts";

/** What people do on the pages beside calling tools. */
export type PageAction =
  | "sign_in"
  | "sign_out"
  | "end_access"
  | "add_passkey"
  | "remove_passkey"
  | "change_password";

/** Who did what; nothing in it is secret. */
export interface Deed {
  readonly action: PageAction;
  readonly user: string;
  readonly token?: { readonly id: number; readonly name: string } | undefined;
  readonly outcome?: "ok" | "denied";
  readonly told?: Readonly<Record<string, unknown>>;
  readonly error?: string;
}

/** The row that it leaves. */
function rowOf(
  c: Context<Env>,
  { services, deed }: { services: PageApp; deed: Deed },
): AuditRow {
  const { action, user, token, outcome = "ok", told = {}, error = "" } = deed;
  return {
    ...rowAt(services.pages.now()),
    requestId: c.get("requestId"),
    user,
    tokenId: token?.id || null,
    tokenName: token?.name ?? "",
    address: services.address(c.env.peer, c.req.raw.headers),
    door: "page",
    tool: action,
    arguments: JSON.stringify(told),
    outcome,
    error,
  };
}

export async function keep(
  c: Context<Env>,
  { services, ...deed }: Deed & { services: PageApp },
): Promise<void> {
  await services.pages.audit.write(rowOf(c, { services, deed }));
}
