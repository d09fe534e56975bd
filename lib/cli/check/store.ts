import { AuditTrail } from "../../audit/trail.ts";
import { AccountStore } from "../../auth/account_store.ts";
import { ProxmoxTokens } from "../../auth/proxmox_tokens.ts";
import { notesOn } from "../../auth/token_notes.ts";
import { tokenState } from "../../auth/token.ts";
import { typedHere } from "../../command.ts";
import { type Config, sqlitePath } from "../../config/config.ts";
import type { Database } from "../../database/database.ts";
import { type Halts, haltsOf } from "../../database/halts.ts";
import { checkSchema } from "../../database/schema.ts";
import { messageOf } from "../../errors.ts";
import { redactText } from "../../log/redact.ts";
import { haltText } from "../halting.ts";
import { nobodyCanLogIn } from "../nobody.ts";
import { isEmptyFile, openConfiguredDatabase } from "../with_store.ts";
import { checkOwnTokens } from "./own_tokens.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";
import { checkDatabaseFolder } from "./writable.ts";

/** Opens the database, tries to write it and looks at its schema and tokens; creates nothing. */
export async function checkStore(config: Config, now: () => Date): Promise<Finding[]> {
  const shown = redactText(config.database.url);
  const path = sqlitePath(config.database.url);
  // Opening would create the file, for whoever runs the check rather than for the server.
  if (path !== null && await isEmptyFile(path)) {
    const remedy = `${typedHere("migrate")} (serve does it too)`;
    return [
      await checkDatabaseFolder(config) ?? warn("store", `${shown} does not exist yet`, remedy),
    ];
  }
  let database: Database | null = null;
  try {
    database = await openConfiguredDatabase(config);
    await checkSchema(database);
    // A disk that is full, or a server that only reads, shows when something is written.
    await new AuditTrail(database).check();
    const store = new AccountStore(database);
    const tokens = await checkTokens(store, { config, now: now() });
    const proxmoxTokens = new ProxmoxTokens(database);
    const ownTokens = await checkOwnTokens(config, { store, proxmoxTokens });
    const people = config.server.oauth === null
      ? []
      : await (await import("./people.ts")).checkPeople(config, { database, store });
    const halts = await checkHalt(haltsOf(database));
    return [
      ok("store", `${shown}, schema up to date`),
      ...halts,
      ...tokens,
      ...people,
      ...ownTokens,
    ];
  } catch (error) {
    return [fail("store", `${shown}: ${messageOf(error)}`, null)];
  } finally {
    await database?.close();
  }
}

async function checkHalt(halts: Halts): Promise<Finding[]> {
  const halt = await halts.find();
  return halt ? [warn("halt", `changes are halted ${haltText(halt)}`, typedHere("resume"))] : [];
}

async function checkTokens(
  store: AccountStore,
  { config, now }: { config: Config; now: Date },
): Promise<Finding[]> {
  const tokens = await store.listTokens();
  const nobody = nobodyCanLogIn(tokens, now);
  if (nobody !== null) return [warn("tokens", nobody.state, nobody.remedy)];
  const active = tokens.filter((token) => tokenState(token, now) === "active");
  const clusters = config.clusters.map(({ name }) => name);
  const notes = notesOn(active, { now, clusters }).map(({ quiet, text }) =>
    quiet ? ok("tokens", text) : warn("tokens", text, typedHere("token list"))
  );
  return [ok("tokens", `${active.length} of ${tokens.length} are active`), ...notes];
}
