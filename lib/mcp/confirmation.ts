import {
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  inputRequired,
  type InputRequiredResult,
  inputResponse,
  type RequestStateCodec,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { callerOf } from "./caller.ts";
import type { CallRequest } from "./call.ts";

const KEY = "confirm";
const MAX_AGE_SECONDS = 600;

interface Asked {
  readonly call: string;
}

/**
 * Asks a person before something is destroyed, through clients that can show a question. What was
 * asked is signed into the request state and bound to the token, so a yes counts for that very call
 * only: the same tool with the same arguments.
 */
export class Confirmation {
  readonly codec: RequestStateCodec<Asked>;

  /** @param key at least 32 bytes, the same on all instances that share clients */
  constructor(key: Uint8Array) {
    this.codec = createRequestStateCodec<Asked>({
      key,
      ttlSeconds: MAX_AGE_SECONDS,
      bind: (context) => String(callerOf(context).principal.tokenId),
    });
  }

  /** How far the question of this request has come. */
  stateOf(
    server: Server,
    context: ServerContext,
    call: { name: string; arguments: unknown },
  ): CallRequest["confirmation"] {
    const asked = context.mcpReq.requestState<Asked>();
    const answer = inputResponse(context.mcpReq.inputResponses, KEY);
    if (answer.kind === "elicit" && asked?.call === describe(call)) {
      const yes = answer.action === "accept" && answer.content?.confirm !== false;
      return yes ? "accepted" : "declined";
    }
    // Stateless requests carry the capabilities themselves, sessions told them when they opened.
    const envelope: Record<string, unknown> = context.mcpReq.envelope ?? {};
    const capabilities = envelope[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities();
    const able = typeof capabilities === "object" && capabilities !== null &&
      "elicitation" in capabilities;
    return able ? "possible" : "impossible";
  }

  /** The answer that makes the client show the question. */
  async ask(
    context: ServerContext,
    { question, call }: { question: string; call: { name: string; arguments: unknown } },
  ): Promise<InputRequiredResult> {
    return inputRequired({
      inputRequests: {
        [KEY]: inputRequired.elicit({
          message: question,
          requestedSchema: {
            type: "object",
            properties: { confirm: { type: "boolean", title: question, default: true } },
          },
        }),
      },
      requestState: await this.codec.mint({ call: describe(call) }, context),
    });
  }
}

function describe(call: { name: string; arguments: unknown }): string {
  return JSON.stringify([call.name, call.arguments ?? {}]);
}
