import { ioReason, messageOf } from "../../errors.ts";
import { UsageError } from "../context.ts";
import { checkedAs } from "../init/asking.ts";

/** An API token of Proxmox. */
export interface NamedToken {
  /** `user@realm!name`. */
  readonly tokenId: string;
  readonly secret: string;
}

const LONGEST = 4_096;

/**
 * Reads `user@realm!name=secret`, or a secret alone whose token is given. Messages never hold what is read.
 *
 * @param path `-` for standard input
 * @throws UsageError
 */
export async function readProxmoxToken(
  path: string,
  { tokenId: given, input }: {
    readonly tokenId: string | undefined;
    readonly input: (() => AsyncIterable<Uint8Array>) | undefined;
  },
): Promise<NamedToken> {
  const failed = `Cannot name a Proxmox token by what ${
    path === "-" ? "standard input" : path
  } holds`;
  const text = (path === "-" ? await readAll(input, failed) : await readFile(path, failed)).trim()
    .replace(/^(?:authorization:\s*)?PVEAPIToken=/i, "");
  const [, inFile, after] = /^([^!=\s]+@[^!=\s]+![^=\s]+)=(.*)$/s.exec(text) ?? [];
  if (inFile !== undefined && given !== undefined && inFile !== given) {
    throw new UsageError(`${failed}: --token-id names ${given}, the file another`);
  }
  const tokenId = inFile ?? given?.trim();
  if (tokenId === undefined) {
    throw new UsageError(
      `${failed}: it does not say whose it is; give --token-id USER@REALM!NAME`,
    );
  }
  const [user = "", name = ""] = tokenId.split(/!(.*)/s);
  const problem = checkedAs("auth.user")(user) ?? checkedAs("auth.token_name")(name);
  if (problem !== null) {
    throw new UsageError(`${failed}: --token-id must be USER@REALM!NAME, as 'ayse@pve!mcp'`);
  }
  const secret = after ?? text;
  const complaint = secret === "" ? "It is empty" : checkedAs("auth.token_value")(secret);
  if (complaint === null && secret.length <= LONGEST) return { tokenId, secret };
  throw new UsageError(`${failed}: ${complaint ?? "the secret is too long"}`);
}

async function readFile(path: string, failed: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new UsageError(`${failed}: ${ioReason(error)}`);
  }
}

async function readAll(
  input: (() => AsyncIterable<Uint8Array>) | undefined,
  failed: string,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of input?.() ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > 2 * LONGEST) break;
    }
  } catch (error) {
    throw new UsageError(`${failed}: ${messageOf(error)}`);
  }
  return text;
}
