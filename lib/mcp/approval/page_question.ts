import {
  inputRequired,
  type InputRequiredResult,
  inputResponse,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { capabilitiesOf } from "../confirmation.ts";

const KEY = "approve";

/**
 * Has a client that can show addresses offer the page of a plan, once; undefined where it cannot, or has.
 * That it was opened says nothing of what was decided there: the call is looked at anew.
 */
export function pageQuestion(
  server: Server,
  context: ServerContext,
  { page, action }: { page: string | undefined; action: string },
): InputRequiredResult | undefined {
  const { elicitation } = capabilitiesOf(server, context) ?? {};
  if (page === undefined || elicitation?.url === undefined) return undefined;
  if (inputResponse(context.mcpReq.inputResponses, KEY).kind !== "missing") return undefined;
  const message =
    `Somebody else must approve this first: ${action}. The page is for that person; go on ` +
    "when it is decided.";
  return inputRequired({
    inputRequests: { [KEY]: inputRequired.elicitUrl({ message, url: page }) },
  });
}
