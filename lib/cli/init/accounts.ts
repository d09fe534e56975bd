import { resolve } from "node:path";
import { AccountStore } from "../../auth/account_store.ts";
import { PERMISSIONS, type Scope, scopeOfRole, SCOPES } from "../../auth/scope.ts";
import { generateToken, hashToken, tokenState } from "../../auth/token.ts";
import type { Config } from "../../config/config.ts";
import type { Database } from "../../database/database.ts";
import { migrate } from "../../database/migrate.ts";
import { redactText } from "../../log/redact.ts";
import { Accounts } from "../account_change.ts";
import { UsageError } from "../context.ts";
import { localUser } from "../local_user.ts";
import { makeKey } from "../migrate.ts";
import { auditTrailOf, openConfiguredDatabase } from "../with_store.ts";
import { requireUsername } from "../../auth/new_rows.ts";
import { type Asking, complaintOf } from "./asking.ts";
import { makeFolderOf, readIfThere, writeWhole } from "./atomic.ts";
import type { InitArguments } from "./options.ts";
import type { InitState } from "./state.ts";
import type { Steps } from "./steps.ts";

const LABEL = "init";
const FIRST_USER = "admin";

interface Surroundings {
  readonly asking: Asking;
  readonly state: InitState;
  readonly steps: Steps;
  readonly scope: () => Promise<Scope>;
  readonly now: () => Date;
}

/**
 * Brings the database up to date and makes the first user and a token. Gives the token as it may be
 * shown to a shell: itself, or the file that it is in; null when there is one that nobody shows again.
 */
export async function setUpAccounts(
  config: Config,
  { options, ...around }: Surroundings & { options: InitArguments },
): Promise<string | null> {
  const database = await openConfiguredDatabase(config);
  try {
    await prepare(database, { config, ...around });
    const trail = await auditTrailOf(config, database);
    const accounts = new Accounts(new AccountStore(database), {
      ...{ database, trail, by: localUser(), now: around.now },
    });
    const user = await chooseUser(accounts, { options, ...around });
    return await new FirstToken(accounts, { options, ...around }).ensure(user);
  } finally {
    await database.close();
  }
}

/** Refuses a file for the token that holds something else, before anything is done. */
export async function requireTokenOut(path: string | undefined, state: InitState): Promise<void> {
  const text = path === undefined ? null : await readIfThere(path);
  if (text === null || /^pmcp_[\w-]+\n?$/.test(text) || state.unseenToken !== null) return;
  throw new UsageError(`Cannot write --token-out ${path}: it is there and holds something else`);
}

async function prepare(
  database: Database,
  { config, steps, now }: Surroundings & { config: Config },
): Promise<void> {
  const { from, to } = await migrate(database, { now });
  await makeKey(database, { config, at: now() });
  const shown = `${redactText(config.database.url)}, ${steps.texts.schema(to)}`;
  if (from === to) steps.kept(steps.texts.database, shown);
  else steps.done(steps.texts.database, shown);
}

/** The user that the token is for: made when it is not there; null when tokens are there already. */
async function chooseUser(
  accounts: Accounts,
  { options, asking, state, steps, scope, now }: Surroundings & { options: InitArguments },
): Promise<string | null> {
  const { store } = accounts;
  const users = await store.listUsers();
  const active = (await store.listTokens()).filter((token) =>
    tokenState(token, now()) === "active"
  );
  const wanted = options.user !== undefined || options.tokenOut !== undefined;
  if (active.length > 0 && !wanted && state.unseenToken === null) {
    steps.kept(steps.texts.user, users.map(({ username }) => username).join(", "));
    return null;
  }
  const fallback = users[0]?.username ?? FIRST_USER;
  const isThere = (name: string) => users.some(({ username }) => username === name);
  const check = (name: string) => isThere(name) ? null : complaintOf(() => requireUsername(name));
  const name = options.user ??
    await asking.text(steps.texts.askFirstUser, { fallback, missing: "", check });
  if (isThere(name)) {
    steps.kept(steps.texts.user, name);
    return name;
  }
  const wished = await scope();
  const role = (await store.listRoles()).find((role) => scopeOfRole(role) === wished);
  const roleName = role?.name ?? null;
  const isSuperuser = role === undefined && wished === "admin";
  await accounts.change(
    { command: "user create", given: { name, role: roleName, superuser: isSuperuser } },
    (store) => store.createUser({ username: name, roleName, isSuperuser, createdAt: now() }),
  );
  steps.done(steps.texts.user, steps.texts.madeUser(name, wished));
  return name;
}

class FirstToken {
  readonly #accounts: Accounts;
  readonly #around: Surroundings;
  readonly #out: string | null;

  constructor(
    accounts: Accounts,
    { options, ...around }: Surroundings & { options: InitArguments },
  ) {
    this.#accounts = accounts;
    this.#around = around;
    this.#out = options.tokenOut === undefined ? null : resolve(options.tokenOut);
  }

  /** @param user null when the tokens that are there suffice */
  async ensure(user: string | null): Promise<string | null> {
    const { state, steps } = this.#around;
    const { texts } = steps;
    const inFile = await this.#inFile();
    if (inFile === null) {
      const replaced = await this.#revokeUnseen();
      if (user === null || await this.#hasOne(user)) {
        if (replaced) state.unseenToken = null;
        steps.kept(texts.access, texts.another);
        return null;
      }
      const raw = generateToken();
      await this.#make(raw, user);
      return this.#show(raw, replaced);
    }
    const found = await this.#accounts.store.findToken(hashToken(inFile));
    if (found !== null && tokenState(found, this.#around.now()) !== "active") {
      throw new UsageError(`Cannot use --token-out ${this.#out}: its token is good no more`);
    }
    if (found === null && user !== null) await this.#make(inFile, user);
    if (state.unseenToken !== null) state.unseenToken = null;
    if (found === null) steps.done(texts.access, texts.written(this.#out ?? ""));
    else steps.kept(texts.access, texts.written(this.#out ?? ""));
    return this.#shown(inFile);
  }

  /** The token in the file that is asked for, made by this run or by an earlier one. */
  async #inFile(): Promise<string | null> {
    if (this.#out === null) return null;
    const text = (await readIfThere(this.#out))?.trim() ?? "";
    return text === "" ? null : text;
  }

  /** A token that may never have been seen is of no use to anybody; true when there was one. */
  async #revokeUnseen(): Promise<boolean> {
    const { state } = this.#around;
    if (state.unseenToken === null) return false;
    const found = await this.#accounts.store.findToken(state.unseenToken);
    if (found === null) return false;
    const { id } = found;
    await this.#accounts.change(
      { command: "token revoke", given: { id } },
      (store) => store.revokeToken(id),
    );
    return true;
  }

  async #hasOne(user: string): Promise<boolean> {
    const { now } = this.#around;
    if (this.#out !== null) return false;
    const tokens = await this.#accounts.store.listTokens();
    return tokens.some((token) =>
      token.user.username === user && tokenState(token, now()) === "active"
    );
  }

  async #make(raw: string, username: string): Promise<void> {
    const { now, scope, state } = this.#around;
    const tokenHash = hashToken(raw);
    state.unseenToken = tokenHash;
    if (this.#out !== null) {
      makeFolderOf(this.#out);
      writeWhole(this.#out, `${raw}\n`);
    }
    const permission = PERMISSIONS[SCOPES.indexOf(await scope())] ?? "read";
    const row = { name: LABEL, permission, expires: null, allowedIps: "", limits: null };
    await this.#accounts.change(
      { command: "token create", given: { user: username, ...row } },
      (store) => store.createToken({ ...row, username, tokenHash, createdAt: now() }),
    );
  }

  #show(raw: string, replaced: boolean): string {
    const { state, steps } = this.#around;
    const { texts } = steps;
    const note = replaced ? `; ${texts.replaced}` : "";
    if (this.#out === null) steps.done(texts.access, `${raw} (${texts.shownOnce}${note})`);
    else steps.done(texts.access, texts.written(this.#out) + note);
    state.unseenToken = null;
    return this.#shown(raw);
  }

  /** As a shell reads it. */
  #shown(raw: string): string {
    return this.#out === null ? raw : `$(cat '${this.#out.replaceAll("'", `'\\''`)}')`;
  }
}
