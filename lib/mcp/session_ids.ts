import { APPS, declaresPages, PAGE_TYPE } from "./apps/extension.ts";
import {
  type ClientCapabilities,
  type Implementation,
  type InitializeRequest,
  LATEST_PROTOCOL_VERSION,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/server";
import { Seal } from "../seal.ts";
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

/** Makes an id by which clients come back to where it was made. */
export type OwnId = (make: () => Promise<string>) => Promise<string>;

const VALID_MS = 30 * 24 * 3_600_000;
const LONGEST_ID = 4_096;
const LONGEST_CAPABILITIES = 1_024;
const LONGEST_NAME = 100;
const MOST_OPENED = 1_000;

/**
 * Makes and reads the ids that clients are given: each is the whole ticket, encrypted and sealed, so
 * that every instance with the same key can go on with the session and none must keep it.
 */
export class SessionIds {
  readonly #seal: Seal;
  readonly #now: () => Date;
  readonly #ownId: OwnId;
  /** What ids have told, which is the same for ever: to open one costs more than a small call. */
  #opened = new Map<string, Ticket>();

  /**
   * @param options.key 32 bytes, the same on all instances that share clients
   * @param options.ownId makes ids until one leads back here; any does when not given
   */
  constructor({ key, now, ownId = (make) => make() }: {
    key: () => Promise<Uint8Array<ArrayBuffer>>;
    now: () => Date;
    ownId?: OwnId;
  }) {
    this.#seal = new Seal({ key, longest: LONGEST_ID });
    this.#now = now;
    this.#ownId = ownId;
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
    const text = JSON.stringify(ticket);
    return { ticket, sessionId: await this.#ownId(() => this.#seal.seal(text)) };
  }

  /** What an id tells; undefined for one that is forged, expired, or of another token. */
  async read(sessionId: string, tokenId: number): Promise<Ticket | undefined> {
    const ticket = this.#opened.get(sessionId) ?? await this.#open(sessionId);
    if (ticket === undefined) return undefined;
    const valid = ticket.tokenId === tokenId && this.#now().getTime() < ticket.expires;
    return valid ? ticket : undefined;
  }

  async #open(sessionId: string): Promise<Ticket | undefined> {
    const text = await this.#seal.open(sessionId);
    if (text === undefined) return undefined;
    const ticket: Ticket = JSON.parse(text);
    if (this.#opened.size >= MOST_OPENED) this.#opened = new Map();
    this.#opened.set(sessionId, ticket);
    return ticket;
  }
}

/** The capabilities as they are, or of very many the only ones that this server acts upon. */
function bounded(capabilities: ClientCapabilities): ClientCapabilities {
  if (JSON.stringify(capabilities).length <= LONGEST_CAPABILITIES) return capabilities;
  const { elicitation } = capabilities;
  const pages = declaresPages(capabilities)
    ? { extensions: { [APPS]: { mimeTypes: [PAGE_TYPE] } } }
    : {};
  if (elicitation === undefined) return pages;
  const modes = (["form", "url"] as const).filter((mode) => elicitation[mode] !== undefined);
  return { ...pages, elicitation: Object.fromEntries(modes.map((mode) => [mode, {}])) };
}
