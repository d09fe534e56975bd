import { dirname, resolve } from "node:path";
import type { Scope } from "../../auth/scope.ts";
import type { ClusterConfig } from "../../config/config.ts";
import type { ReadEnvironment } from "../../config/types.ts";
import { AppError, ioReason, messageOf } from "../../errors.ts";
import { TOOLS } from "../../mcp/tools.ts";
import { isOnByDefault } from "../../tool/policy.ts";
import { connectProxmox } from "../../proxmox/api/connect.ts";
import { isKind } from "../../proxmox/api/errors.ts";
import { scopePrivileges } from "../check/privileges.ts";
import { UsageError } from "../context.ts";
import { checkAdvice, versionOf } from "../serve/probe.ts";
import { type Asking, checkedAs } from "./asking.ts";
import { readIfThere } from "./atomic.ts";
import { createProxmoxToken, mayCreateToken } from "./create_token.ts";
import type { Existing } from "./existing.ts";
import type { InitArguments } from "./options.ts";
import { isNode } from "./server.ts";
import type { Steps } from "./steps.ts";

const PATIENCE_MS = 10_000;
const ATTEMPTS = 3;
const SECRET_FILE = "proxmox-token";
const MAJOR = 9;

/** The API token of Proxmox. */
export interface ProxmoxToken {
  readonly user: string;
  readonly name: string;
  readonly secret: string;
  /** The file that holds the secret, or is to hold it; null when the config holds it itself. */
  readonly file: string | null;
  /** Whether config and file say the same already. */
  readonly isKept: boolean;
}

interface Surroundings {
  readonly existing: Existing;
  readonly asking: Asking;
  readonly env: ReadEnvironment;
  readonly steps: Steps;
  /** The cluster as the config would name it with this token. */
  readonly preview: (token: ProxmoxToken) => Promise<ClusterConfig>;
  /** Whether commands that are run on this host, if it is a node, are about the cluster that was named. */
  readonly isOwnCluster: boolean;
  /** What callers are to be able to do. */
  readonly scope: () => Promise<Scope>;
}

/**
 * The Proxmox token, by which Proxmox has answered. A secret that is typed is tried before it is taken.
 * Where there is none yet, the commands that make a token are shown first.
 */
export async function chooseToken(
  options: InitArguments,
  around: Surroundings,
): Promise<ProxmoxToken> {
  const { asking, env, existing, steps } = around;
  const { texts } = steps;
  const found = await findSecret(options, around);
  const text = async (
    section: { given: string | undefined; name: string; variable: string },
    question: { question: string; fallback: string },
  ) => {
    const known = section.given ?? existing.at("auth", section.name) ?? env(section.variable);
    if (typeof known === "string") return known;
    const check = checkedAs(`auth.${section.name}`);
    return await asking.text(question.question, { ...question, missing: "", check });
  };
  const user = await text(
    { given: options.proxmoxUser, name: "user", variable: "PROXMOX_USER" },
    { question: texts.askUser, fallback: "mcp@pve" },
  );
  const name = await text(
    { given: options.tokenName, name: "token_name", variable: "PROXMOX_TOKEN_NAME" },
    { question: texts.askTokenName, fallback: "assistant" },
  );
  const kept = existing.at("auth", "user") === user && existing.at("auth", "token_name") === name;
  const file = found?.file === undefined ? secretFile(existing) : found.file;
  if (found !== null) {
    const token = { user, name, secret: found.secret, file, isKept: kept && found.isKept };
    await prove(token, around);
    return token;
  }
  const scope = await around.scope();
  const commands = commandsFor(scope, { user, token_name: name });
  steps.title(texts.commands(scope));
  steps.lines([...commands, texts.older, ""]);
  if (options.createToken || await agreesToCreate(around)) {
    const secret = await createProxmoxToken({ user, name, commands }, existing.state);
    const token = { user, name, secret, file, isKept: false };
    await prove(token, around);
    return token;
  }
  for (let attempt = 1;; attempt++) {
    const secret = await asking.secret(texts.askSecret, {
      missing: "Cannot set up: give the Proxmox token's secret by --token-file FILE",
      check: checkedAs("auth.token_value"),
    });
    const token = { user, name, secret, file, isKept: false };
    try {
      await prove(token, around);
      return token;
    } catch (error) {
      if (!isKind(error, "token_rejected") || attempt === ATTEMPTS) throw error;
      const { token: headline } = texts.headlines;
      const message = messageOf(error);
      steps.open(texts.token, headline === undefined ? message : `${headline}: ${message}`);
    }
  }
}

/** On a node the commands can be run at once, if the person wants that. */
async function agreesToCreate(
  { asking, isOwnCluster, steps }: Surroundings,
): Promise<boolean> {
  if (!isOwnCluster) return false;
  // The first two before what a checkout's run may not look at.
  if (!asking.possible || !mayCreateToken() || Deno.uid() !== 0 || !await isNode()) return false;
  return await asking.agrees(steps.texts.askCreate, steps.texts.yes);
}

/** The commands that `check` advises too. */
function commandsFor(scope: Scope, auth: Pick<ClusterConfig["auth"], "user" | "token_name">) {
  const all = scopePrivileges(TOOLS.filter(isOnByDefault), {
    auth,
    policy: { scopes: {} },
    major: MAJOR,
  });
  return all.find((each) => each.scope === scope)?.commands ?? [];
}

/** Asks Proxmox its version and what the token may do. */
async function prove(
  token: ProxmoxToken,
  { existing, preview, steps }: Surroundings,
): Promise<void> {
  const { texts } = steps;
  const cluster = await preview(token);
  const { client, close } = await connectProxmox(cluster);
  try {
    const version = await versionOf(client, AbortSignal.timeout(PATIENCE_MS));
    const { data } = await client.read("/access/permissions", AbortSignal.timeout(PATIENCE_MS));
    const shown = texts.works(`${cluster.auth.user}!${cluster.auth.token_name}`, version);
    if (token.isKept) steps.kept(texts.token, shown);
    else steps.done(texts.token, shown);
    if (Object.keys(Object(data)).length === 0) steps.open(texts.token, texts.nothingGranted);
  } catch (error) {
    const told = error instanceof AppError && !isKind(error, "token_rejected");
    const advice = existing.isThere ? `; see ${checkAdvice({ file: existing.path })}` : "";
    throw told
      ? error.withMessage(`Cannot try the Proxmox token: ${error.message}${advice}`)
      : error;
  } finally {
    close();
  }
}

interface FoundSecret {
  readonly secret: string;
  /** Null when it stands in the config itself; undefined for the usual file. */
  readonly file?: string | null;
  readonly isKept: boolean;
}

/** By option, else what is there, else the environment. */
async function findSecret(
  { tokenFile }: InitArguments,
  { existing, env }: Surroundings,
): Promise<FoundSecret | null> {
  const file = secretFile(existing);
  const inConfig = existing.at("auth", "token_value");
  const there = typeof inConfig === "string" ? inConfig : trimmed(await readIfThere(file));
  if (tokenFile !== undefined) {
    const secret = await readSecret(tokenFile);
    if (secret !== there) return { secret, isKept: false };
  }
  if (typeof inConfig === "string") return { secret: inConfig, file: null, isKept: true };
  if (there !== null) {
    return { secret: there, isKept: existing.at("auth", "token_value_file") !== undefined };
  }
  const holder = env("PROXMOX_TOKEN_VALUE_FILE");
  const value = env("PROXMOX_TOKEN_VALUE") ??
    (holder === undefined ? undefined : await readSecret(holder));
  return value === undefined ? null : { secret: value, isKept: false };
}

/** The secret in the file of `--token-file`. */
export async function readSecret(path: string): Promise<string> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new UsageError(`Cannot read the token's secret in ${path}: ${ioReason(error)}`);
  }
  const secret = trimmed(text);
  const complaint = secret === null ? "It is empty" : checkedAs("auth.token_value")(secret);
  if (secret !== null && complaint === null) return secret;
  throw new UsageError(`Cannot use the token's secret in ${path}: ${complaint}`);
}

function secretFile(existing: Existing): string {
  const named = existing.at("auth", "token_value_file");
  return typeof named === "string"
    ? resolve(dirname(existing.path), named)
    : existing.beside(SECRET_FILE);
}

function trimmed(text: string | null): string | null {
  const secret = text?.trim() ?? "";
  return secret === "" ? null : secret;
}
