import type { Outcome } from "../audit/row.ts";
import { inSpan } from "../tracing.ts";
import type { CallRequest } from "./call_request.ts";
import type { CallServices } from "./call_services.ts";

const FAILED: readonly Outcome[] = ["error", "cancelled"];

/** Does a call's work within a span of its own, which tells nothing of the arguments. */
export async function inCallSpan<T>(
  services: CallServices,
  { tool, transport, requestId, traceparent }: CallRequest,
  work: (services: CallServices) => Promise<T>,
): Promise<T> {
  const name = services.catalog.get(tool)?.name ?? "unknown";
  const attributes = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": name,
    "proxmox_mcp.door": transport,
    "proxmox_mcp.request_id": requestId,
  };
  return await inSpan({ name: `execute_tool ${name}`, attributes, traceparent }, (span) =>
    work({
      ...services,
      observe: (tool, outcome, seconds) => {
        span.set("proxmox_mcp.outcome", outcome);
        if (FAILED.includes(outcome)) span.fail();
        services.observe(tool, outcome, seconds);
      },
    }));
}
