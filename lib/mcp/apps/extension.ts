import type { ClientCapabilities, Server, ServerContext } from "@modelcontextprotocol/server";
import { isRecord } from "../../record.ts";
import { capabilitiesOf } from "../confirmation.ts";

/** The extension by which hosts show a server's pages (SEP-1865). */
export const APPS = "io.modelcontextprotocol/ui";

/** What pages are. */
export const PAGE_TYPE = "text/html;profile=mcp-app";

/** True for a client that shows pages. */
export function showsPages(server: Server, context: ServerContext): boolean {
  return declaresPages(capabilitiesOf(server, context));
}

/** The same of what a client has said of itself. */
export function declaresPages(capabilities: ClientCapabilities | undefined): boolean {
  const told: unknown = capabilities?.extensions?.[APPS];
  return isRecord(told) && Array.isArray(told.mimeTypes) && told.mimeTypes.includes(PAGE_TYPE);
}
