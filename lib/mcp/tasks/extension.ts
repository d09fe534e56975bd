import {
  CLIENT_CAPABILITIES_META_KEY,
  MissingRequiredClientCapabilityError,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { isRecord } from "../../record.ts";
import type { ToolName } from "../tools.ts";

/** The extension by which clients follow tasks (SEP-2663). */
export const TASKS = "io.modelcontextprotocol/tasks";

const FIRST_REVISION = "2026-07-28";
const TOOLS: ReadonlyMap<unknown, ToolName> = new Map([
  ["tasks/get", "get_task"],
  ["tasks/cancel", "stop_task"],
]);

/** The tool that answers a method of the extension; undefined for every other method. */
export function taskTool(method: unknown): ToolName | undefined {
  return TOOLS.get(method);
}

/** True on a connection of a revision that has the extension: older ones have tasks of another kind. */
export function hasExtension(server: Server): boolean {
  const revision = server.getNegotiatedProtocolVersion();
  return revision !== undefined && revision >= FIRST_REVISION;
}

/** True when a request declares the extension; what other requests have declared does not count. */
export function declaresTasks({ mcpReq }: ServerContext): boolean {
  return isDeclaredIn(mcpReq.envelope);
}

/** The same of a request's own `_meta`. */
export function isDeclaredIn(meta: unknown): boolean {
  const capabilities = isRecord(meta) ? meta[CLIENT_CAPABILITIES_META_KEY] : undefined;
  const extensions = isRecord(capabilities) ? capabilities.extensions : undefined;
  return isRecord(extensions) && isRecord(extensions[TASKS]);
}

/** The refusal of a request that needs the extension and does not declare it. */
export function tasksRequired(): MissingRequiredClientCapabilityError {
  const requiredCapabilities = { extensions: { [TASKS]: {} } };
  const message = `Missing required client capability: the extension ${TASKS}`;
  return new MissingRequiredClientCapabilityError({ requiredCapabilities }, message);
}
