import { AppError } from "../../errors.ts";
import { callsOf } from "../call_ledger.ts";
import type { Caller } from "../caller.ts";
import type { Language } from "../messages.ts";
import type { McpServices } from "../server.ts";
import type { Message } from "./messages.ts";

export interface SpeakerOptions {
  readonly language: Language;
  readonly toolsets: Caller["toolsets"];
  /** Asked for each line that holds so many requests and calls; rejects with AppError. */
  readonly admit: (counts: { requests: number; calls: number }) => Promise<Admission>;
}

/** Who speaks now, and why not this much. */
interface Admission {
  readonly principal: Caller["principal"];
  readonly refusal: AppError | null;
}

/** Whoever speaks over a connection, whose token is looked at anew with each line. */
export class Speaker {
  readonly #refused: McpServices["refused"];
  readonly #options: SpeakerOptions;
  #revocations = 0;

  constructor({ refused }: Pick<McpServices, "refused">, options: SpeakerOptions) {
    this.#refused = refused;
    this.#options = options;
  }

  /** See StdioConnection. */
  revoke(): void {
    this.#revocations++;
  }

  /** Who may make these requests; or why nobody may, which is noted of the calls among them. */
  async admit(requests: readonly Message[]): Promise<Caller["principal"] | AppError> {
    const counts = { requests: requests.length, calls: callsOf(requests).length };
    try {
      const { principal, refusal } = await this.#options.admit(counts);
      if (refusal === null) return principal;
      await this.#refused.note(this.callerOf(principal), { body: requests });
      return refusal;
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  }

  /** The caller of one message. */
  callerOf(principal: Caller["principal"]): Caller {
    const { language, toolsets } = this.#options;
    const revocations = this.#revocations;
    const hasEnded = () => revocations !== this.#revocations;
    const requestId = crypto.randomUUID();
    return { principal, language, toolsets, requestId, transport: "stdio", hasEnded };
  }
}
