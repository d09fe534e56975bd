import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  createRequestStateCodec,
  inputRequired,
  type InputRequiredResult,
  inputResponse,
  type RequestStateCodec,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { callerOf } from "./caller.ts";
import type { CallRequest } from "./call_request.ts";
import type { Question } from "./consent.ts";
import { digestOf } from "../audit/digest.ts";
import { isUnanswered } from "./unanswered.ts";

const KEY = "confirm";
const MAX_AGE_SECONDS = 600;

interface Asked {
  /** Digest of the tool's name and the arguments. */
  readonly call: string;
  readonly version: string;
  readonly nonce: string;
}

interface Call {
  readonly name: string;
  readonly arguments: unknown;
}

/**
 * Asks a person before something is destroyed, through clients that can show a question. What was
 * asked is signed into the request state and bound to the token, so a yes counts for that very call
 * only: the same tool with the same arguments, about the same thing, once.
 */
export class Confirmation {
  readonly #key: () => Promise<Uint8Array>;
  readonly #now: () => Date;
  #codec: RequestStateCodec<Asked> | undefined;

  /** @param options.key at least 32 bytes, the same on all instances that share clients */
  constructor({ key, now }: { key: () => Promise<Uint8Array>; now: () => Date }) {
    this.#key = key;
    this.#now = now;
  }

  /** What a state says that this or another instance has made. Rejects for any other. */
  async verify(state: string, context: ServerContext): Promise<Asked> {
    return await (await this.#ready()).verify(state, context);
  }

  /** How far the question of this request has come. */
  stateOf(
    server: Server,
    context: ServerContext,
    call: Call,
  ): Pick<CallRequest, "confirmation" | "answered"> {
    if (!canAsk(server, context)) return { confirmation: "impossible" };
    const asked = context.mcpReq.requestState<Asked>();
    const answer = inputResponse(context.mcpReq.inputResponses, KEY);
    if (answer.kind !== "elicit" || asked?.call !== describe(call)) {
      return { confirmation: "possible" };
    }
    const yes = answer.action === "accept" && answer.content?.confirm === true;
    const no = isUnanswered(answer) ? "unanswered" : "declined";
    const { nonce, version } = asked;
    // Longer than the state is valid: an answer must not be forgotten before it has lapsed.
    const expires = new Date(this.#now().getTime() + 2 * MAX_AGE_SECONDS * 1000);
    return { confirmation: yes ? "accepted" : no, answered: { nonce, version, expires } };
  }

  /** The answer that makes the client show the question. */
  async ask(
    context: ServerContext,
    { question, version, call }: Question & { call: Call },
  ): Promise<InputRequiredResult> {
    const title = question.slice(0, question.indexOf("\n"));
    const asked = { call: describe(call), version, nonce: crypto.randomUUID() };
    return inputRequired({
      inputRequests: {
        [KEY]: inputRequired.elicit({
          message: question,
          requestedSchema: {
            type: "object",
            properties: { confirm: { type: "boolean", title } },
            required: ["confirm"],
          },
        }),
      },
      requestState: await (await this.#ready()).mint(asked, context),
    });
  }

  async #ready(): Promise<RequestStateCodec<Asked>> {
    const codec = this.#codec ?? createRequestStateCodec<Asked>({
      key: await this.#key(),
      ttlSeconds: MAX_AGE_SECONDS,
      bind: (context) => String(callerOf(context).principal.tokenId),
    });
    this.#codec = codec;
    return codec;
  }
}

/**
 * True when this client can be made to show a form. What a request claims of itself counts only where
 * the transport can carry a question: the SDK takes it over there, and nowhere else.
 */
function canAsk(server: Server, context: ServerContext): boolean {
  const { elicitation } = capabilitiesOf(server, context) ?? {};
  return elicitation !== undefined && (elicitation.form !== undefined || !elicitation.url);
}

/** A server that serves one connection of revision 2026-07-28 keeps nothing that a request has claimed. */
export function capabilitiesOf(
  server: Server,
  context: ServerContext,
): ClientCapabilities | undefined {
  const known = server.getClientCapabilities();
  if (known !== undefined || server.getNegotiatedProtocolVersion() === undefined) return known;
  const envelope = context.mcpReq.envelope as Record<string, ClientCapabilities> | undefined;
  return envelope?.[CLIENT_CAPABILITIES_META_KEY];
}

function describe(call: Call): string {
  return digestOf([call.name, call.arguments ?? {}]);
}
