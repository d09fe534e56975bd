import {
  type ClientCapabilities,
  type Implementation,
  type InitializeRequest,
  LATEST_PROTOCOL_VERSION,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/server";
import type { ToolsetChoice } from "../tool/toolsets.ts";

/** What is known of a session: what its `initialize` said, and for whom it was opened. */
export interface Ticket {
  /** Random; what the session is called inside of the server. */
  readonly id: string;
  readonly tokenId: number;
  /** Unix milliseconds. */
  readonly expires: number;
  readonly protocolVersion: string;
  readonly capabilities: ClientCapabilities;
  readonly clientInfo: Implementation;
  /** What the client asked to be shown; absent for all. */
  readonly toolsets?: readonly string[];
}

/** What opens a session: its `initialize`, and what its address says. */
type Opening = InitializeRequest["params"] & { readonly toolsets: ToolsetChoice };

const VALID_MS = 30 * 24 * 3_600_000;
const LONGEST_ID = 4_096;
const LONGEST_CAPABILITIES = 1_024;
const LONGEST_NAME = 100;
const IV_BYTES = 12;
const BASE64 = { alphabet: "base64url" } as const;

/**
 * Makes and reads the ids that clients are given: each is the whole ticket, encrypted and sealed, so
 * that every instance with the same key can go on with the session and none must keep it.
 */
export class SessionIds {
  readonly #rawKey: () => Promise<Uint8Array<ArrayBuffer>>;
  readonly #now: () => Date;
  #key: CryptoKey | undefined;

  /** @param options.key 32 bytes, the same on all instances that share clients */
  constructor({ key, now }: { key: () => Promise<Uint8Array<ArrayBuffer>>; now: () => Date }) {
    this.#rawKey = key;
    this.#now = now;
  }

  /** A new session of this token, valid for 30 days. */
  async create(
    tokenId: number,
    { protocolVersion, capabilities, clientInfo, toolsets }: Opening,
  ): Promise<{ ticket: Ticket; sessionId: string }> {
    const known = SUPPORTED_PROTOCOL_VERSIONS.includes(protocolVersion);
    const ticket: Ticket = {
      id: crypto.randomUUID(),
      tokenId,
      expires: this.#now().getTime() + VALID_MS,
      protocolVersion: known ? protocolVersion : LATEST_PROTOCOL_VERSION,
      capabilities: bounded(capabilities),
      clientInfo: {
        name: clientInfo.name.slice(0, LONGEST_NAME),
        version: clientInfo.version.slice(0, LONGEST_NAME),
      },
      ...(toolsets === null ? {} : { toolsets }),
    };
    return { ticket, sessionId: await this.#seal(JSON.stringify(ticket)) };
  }

  /** What an id tells; undefined for one that is forged, expired, or of another token. */
  async read(sessionId: string, tokenId: number): Promise<Ticket | undefined> {
    const text = await this.#open(sessionId);
    if (text === undefined) return undefined;
    const ticket: Ticket = JSON.parse(text);
    const valid = ticket.tokenId === tokenId && this.#now().getTime() < ticket.expires;
    return valid ? ticket : undefined;
  }

  async #seal(text: string): Promise<string> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const plain = new TextEncoder().encode(text);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await this.#keyed(), plain);
    const whole = new Uint8Array([...iv, ...new Uint8Array(sealed)]);
    return whole.toBase64({ ...BASE64, omitPadding: true });
  }

  async #open(sessionId: string): Promise<string | undefined> {
    const key = await this.#keyed();
    try {
      if (sessionId.length > LONGEST_ID) return undefined;
      const whole = Uint8Array.fromBase64(sessionId, BASE64);
      const algorithm = { name: "AES-GCM", iv: whole.subarray(0, IV_BYTES) };
      const plain = await crypto.subtle.decrypt(algorithm, key, whole.subarray(IV_BYTES));
      return new TextDecoder().decode(plain);
    } catch {
      // Whatever is wrong with it: this server has not made it.
      return undefined;
    }
  }

  /** A key that cannot be had now is asked for again by the next request. */
  async #keyed(): Promise<CryptoKey> {
    const uses: KeyUsage[] = ["encrypt", "decrypt"];
    const key = this.#key ??
      await crypto.subtle.importKey("raw", await this.#rawKey(), "AES-GCM", false, uses);
    this.#key = key;
    return key;
  }
}

/** The capabilities as they are, or of very many the only one that this server acts upon. */
function bounded(capabilities: ClientCapabilities): ClientCapabilities {
  if (JSON.stringify(capabilities).length <= LONGEST_CAPABILITIES) return capabilities;
  const { elicitation } = capabilities;
  if (elicitation === undefined) return {};
  const modes = (["form", "url"] as const).filter((mode) => elicitation[mode] !== undefined);
  return { elicitation: Object.fromEntries(modes.map((mode) => [mode, {}])) };
}
