import type { Store } from "../../auth/store.ts";
import { tokenState } from "../../auth/token.ts";
import { type Config, sqlitePath } from "../../config/config.ts";
import { AppError, messageOf } from "../../errors.ts";
import { redactText } from "../../log/redact.ts";
import { openConfiguredStore } from "../with_store.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

/** Opens the database and looks at its schema and tokens; creates nothing. */
export async function checkStore(config: Config, now: () => Date): Promise<Finding[]> {
  const shown = redactText(config.database.url);
  const path = sqlitePath(config.database.url);
  // Opening would create the file, for whoever runs the check rather than for the server.
  if (path !== null && await isAbsent(path)) {
    return [
      warn("store", `${shown} does not exist yet`, "proxmox-mcp migrate (serve does it too)"),
    ];
  }
  let store: Store | null = null;
  try {
    store = await openConfiguredStore(config, now);
    await store.checkSchema();
    return [ok("store", `${shown}, schema up to date`), await checkTokens(store, now())];
  } catch (error) {
    const remedy = error instanceof AppError && error.code === "conflict"
      ? "proxmox-mcp migrate"
      : null;
    return [fail("store", `${shown}: ${messageOf(error)}`, remedy)];
  } finally {
    await store?.close();
  }
}

async function checkTokens(store: Store, now: Date): Promise<Finding> {
  const tokens = await store.listTokens();
  const active = tokens.filter((token) => tokenState(token, now) === "active");
  if (active.length === 0) {
    return warn(
      "tokens",
      "nobody can log in: there is no active token",
      "proxmox-mcp user create NAME --role Administrator, then proxmox-mcp token create " +
        "--user NAME --name LABEL --permission read",
    );
  }
  return ok("tokens", `${active.length} of ${tokens.length} are active`);
}

async function isAbsent(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}
