import type { LogFields } from "../log/log.ts";
import type { AuditRow } from "./row.ts";

/** What the log line of a call tells; the arguments as the object that they are. */
export function auditFields(row: AuditRow): LogFields {
  return {
    time: row.time.toISOString(),
    request_id: row.requestId,
    user: row.user,
    token_id: row.tokenId,
    token_name: row.tokenName,
    address: row.address,
    door: row.door,
    tool: row.tool,
    scope: row.scope,
    outcome: row.outcome,
    ...(row.vmid === null ? {} : { vmid: row.vmid }),
    ...(row.upid === "" ? {} : { upid: row.upid }),
    ...(row.error === "" ? {} : { error: row.error }),
    duration_ms: row.durationMs,
    arguments: parsed(row.arguments),
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
