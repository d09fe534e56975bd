import { requirePassword } from "../../auth/new_rows.ts";
import { hashPassword } from "../../auth/password.ts";
import { setPassword } from "../../auth/user_changes.ts";
import { AppError, ioReason } from "../../errors.ts";
import { type ChangeOptions, withAccounts } from "../account_change.ts";
import { type CliContext, refuseAsUsage, UsageError } from "../context.ts";
import type { Io } from "../io.ts";
import { requireUser } from "../known.ts";
import { InterruptedError, type Terminal } from "../terminal.ts";

export type PasswordOptions = ChangeOptions & {
  readonly passwordFile?: string;
  readonly unset?: boolean;
};

/** No password is longer, and whoever pipes something else finds out. */
const MOST_BYTES = 8_192;

/** What shells make of Ctrl-C. */
const INTERRUPTED = 130;

/** Sets or takes away the password; it is read only once the user is known to be there. */
export async function changePassword(
  context: CliContext,
  name: string,
  options: PasswordOptions,
): Promise<void> {
  const { io } = context;
  const { passwordFile, unset = false } = options;
  const action = `set the password of ${name}`;
  if (unset && passwordFile !== undefined) {
    throw new UsageError(`Cannot ${action}: --unset and --password-file exclude each other`);
  }
  await withAccounts(context, options, async (accounts) => {
    await requireUser(accounts.store, { name, action });
    const hash = unset ? null : await newHash(io, { name, passwordFile });
    const ended = await accounts.change(
      { command: "user passwd", given: { name, unset } },
      (store) => setPassword(store, { username: name, hash }),
    );
    const over = ended.length === 0 ? "" : `; ended browser sessions ${ended.join(", ")}`;
    io.out(`user ${name} has ${unset ? "no password now" : "a new password"}${over}`);
  }).catch((error) => {
    if (!(error instanceof InterruptedError)) throw error;
    io.err("proxmox-mcp: interrupted: the password stays as it was");
    context.setStatus(INTERRUPTED);
  });
}

async function newHash(
  io: Io,
  { name, passwordFile }: { name: string; passwordFile: string | undefined },
): Promise<string> {
  const password = passwordFile !== undefined
    ? await readFile(passwordFile)
    : io.terminal !== undefined
    ? await askTwice(io.terminal, name)
    : await readLine(io);
  await refuseAsUsage(() => requirePassword(password, name));
  return await hashPassword(password);
}

async function askTwice(terminal: Terminal, name: string): Promise<string> {
  const first = await terminal.askHidden(`New password of ${name}: `);
  if (first === null || first === "") throw new UsageError("Cannot set a password: none was given");
  // What cannot be taken need not be typed again.
  await refuseAsUsage(() => requirePassword(first, name));
  const second = await terminal.askHidden("The same again: ");
  if (first === second) return first;
  throw new UsageError("Cannot set a password: the two are not the same");
}

async function readFile(path: string): Promise<string> {
  try {
    return oneLineOf(await Deno.readFile(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const message = `Cannot read the password from ${path}: ${ioReason(error)}`;
    throw new AppError("unavailable", message, { cause: error });
  }
}

async function readLine({ input }: Io): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of input?.() ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MOST_BYTES) break;
  }
  return oneLineOf(new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer()));
}

function oneLineOf(bytes: Uint8Array): string {
  const refuse = (state: string) => {
    throw new UsageError(`Cannot set a password: ${state}`);
  };
  if (bytes.length > MOST_BYTES) refuse("what was given is too long for one");
  const text = decoded(bytes) ?? refuse("what was given is not UTF-8 text");
  const line = String(text).replace(/\r?\n$/, "");
  if (line === "") refuse("none was given");
  if (/[\r\n]/.test(line)) refuse("what was given has several lines");
  return line;
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
