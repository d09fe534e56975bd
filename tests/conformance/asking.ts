import {
  acceptedContent,
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequests,
  inputRequired,
  type InputRequiredResult,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { McpServices } from "../../lib/mcp/server.ts";
import { text } from "./samples.ts";

type Answer = CallToolResult | InputRequiredResult;
export type Run = (
  context: ServerContext,
  options: { args: Record<string, unknown>; services: McpServices },
) => Promise<Answer>;

const sampling = inputRequired.createMessage({
  messages: [{ role: "user", content: text("What is the capital of France?") }],
  maxTokens: 100,
});
const roots = inputRequired.listRoots();

/** Tools of the suite that ask the client something, in the way of revision 2026-07-28. */
export const ASKING: Readonly<Record<string, Run>> = {
  test_missing_capability: asks(() => ({ sampled: sampling })),
  test_input_required_result_elicitation: (context) => {
    const name = acceptedContent<{ name?: unknown }>(context.mcpReq.inputResponses, "user_name")
      ?.name;
    return Promise.resolve(
      typeof name === "string"
        ? told(`Hello, ${name}`)
        : inputRequired({ inputRequests: { user_name: elicit("name") } }),
    );
  },
  test_input_required_result_sampling: asks(() => ({ capital_question: sampling })),
  test_input_required_result_list_roots: asks(() => ({ client_roots: roots })),
  test_input_required_result_request_state: asksWithState({ confirm: elicit("ok") }),
  test_input_required_result_tampered_state: asksWithState({ confirm: elicit("ok") }),
  test_input_required_result_multiple_inputs: asksWithState({
    user_name: elicit("name"),
    greeting: sampling,
    client_roots: roots,
  }),
  test_input_required_result_multi_round: async (context, { services }) => {
    const round = stateOf(context) ?? "1";
    if (round === "3") return told("Both rounds are over");
    return inputRequired({
      inputRequests: { [`step${round}`]: elicit(round === "1" ? "name" : "color") },
      requestState: await sealed(services, { context, version: String(Number(round) + 1) }),
    });
  },
  test_input_required_result_capabilities: asks((context) => {
    const envelope = context.mcpReq.envelope as Record<string, object> | undefined;
    const able = envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? {};
    return {
      ...("elicitation" in able ? { user_name: elicit("name") } : {}),
      ...("sampling" in able ? { greeting: sampling } : {}),
      ...("roots" in able ? { client_roots: roots } : {}),
    };
  }),
};

/** The question for one text. */
export function elicit(name: string): InputRequests[string] {
  return inputRequired.elicit({
    message: `Tell the ${name}`,
    requestedSchema: { type: "object", properties: { [name]: { type: "string" } } },
  });
}

/** Asks, and is content with any answer. */
function asks(requests: (context: ServerContext) => InputRequests): Run {
  return (context) =>
    Promise.resolve(
      context.mcpReq.inputResponses === undefined
        ? inputRequired({ inputRequests: requests(context) })
        : told("It was answered"),
    );
}

/** Asks with the state that the product's own questions bear. */
function asksWithState(inputRequests: InputRequests): Run {
  return async (context, { services }) =>
    stateOf(context) === undefined
      ? inputRequired({ inputRequests, requestState: await sealed(services, { context }) })
      : told("state-ok");
}

function stateOf(context: ServerContext): string | undefined {
  return context.mcpReq.requestState<{ version: string }>()?.version;
}

async function sealed(
  { confirmation }: McpServices,
  { context, version = "1" }: { context: ServerContext; version?: string },
): Promise<string> {
  const call = { name: "test", arguments: {} };
  const asked = await confirmation.ask(context, { question: "Really?\n", version, call });
  return asked.requestState ?? "";
}

function told(message: string): CallToolResult {
  return { content: [text(message)] };
}
