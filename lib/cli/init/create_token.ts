import type { InitState } from "./state.ts";
import { AppError, ioReason, oneLine } from "../../errors.ts";

const PROGRAM = "pveum";
const THERE = /already exists/i;

/** Whether this process may run the commands that make a token. */
export function mayCreateToken(): boolean {
  const run = { name: "run", command: PROGRAM } as const;
  return Deno.permissions.querySync(run).state === "granted";
}

/** A token of Proxmox that is to be made. */
export interface NewToken {
  readonly user: string;
  readonly name: string;
  /** What makes its role, its user and itself. */
  readonly commands: readonly string[];
}

/**
 * Makes a token and gives its secret. A role that is there gets the privileges, a user that is there
 * stays; a token that is there is replaced only if an interrupted run made it. Rejects with AppError and
 * what `pveum` said.
 */
export async function createProxmoxToken(
  { user, name, commands }: NewToken,
  state: InitState,
): Promise<string> {
  const id = `${user}!${name}`;
  const isThere = await hasToken(user, name);
  if (isThere && state.proxmoxToken !== id) {
    throw new AppError(
      "conflict",
      `Cannot create the Proxmox token ${id}: it is there: give its secret by --token-file, or ` +
        "another --token-name",
    );
  }
  state.proxmoxToken = id;
  if (isThere) await pveum(["user", "token", "remove", user, name]);
  let secret: string | null = null;
  for (const command of commands) {
    const [, ...args] = command.split(" ").map((word) => word.replace(/^'(.*)'$/, "$1"));
    const [kind, action, ...rest] = args;
    if (kind === "user" && action === "token") {
      secret = secretIn(await pveum([...args, "--output-format", "json"]));
      continue;
    }
    const made = await pveum(args, { unless: THERE });
    if (made === null && kind === "role") await pveum(["role", "modify", ...rest]);
  }
  if (secret !== null) return secret;
  throw new AppError("internal", `Cannot create the Proxmox token: ${PROGRAM} told no secret`);
}

async function hasToken(user: string, name: string): Promise<boolean> {
  const listing = ["user", "token", "list", user, "--output-format", "json"];
  // There are no tokens of a user who is not there.
  const text = await pveum(listing, { unless: /no such user/i });
  try {
    const tokens: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(tokens) && tokens.some(({ tokenid }) => tokenid === name);
  } catch {
    return false;
  }
}

/** What it printed; null when it failed for the reason that does not count. */
async function pveum(
  args: readonly string[],
  { unless }: { unless?: RegExp } = {},
): Promise<string | null> {
  const { code, stdout, stderr } = await start(args);
  if (code === 0) return new TextDecoder().decode(stdout);
  const said = oneLine(new TextDecoder().decode(stderr));
  if (unless?.test(said)) return null;
  const shown = args.slice(0, 3).join(" ");
  throw new AppError("unavailable", `Cannot run ${PROGRAM} ${shown}: ${said}`);
}

async function start(args: readonly string[]): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command(PROGRAM, { args: [...args], stdin: "null" }).output();
  } catch (error) {
    throw new AppError(
      "unavailable",
      `Cannot run ${PROGRAM}: ${ioReason(error)}: it is on the nodes`,
    );
  }
}

function secretIn(text: string | null): string | null {
  try {
    const { value } = JSON.parse(text ?? "");
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}
