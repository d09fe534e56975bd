import type { ServerCapabilities } from "@modelcontextprotocol/server";
import type { SdkServer } from "../sdk_server.ts";
import type { McpServices } from "../server.ts";

/** A part of MCP that a server speaks. */
export interface Feature {
  /** What a client is told of it. */
  readonly capabilities: ServerCapabilities;
  /** Sets the handlers of its methods on a server of one request or one session. */
  serve(server: SdkServer, services: McpServices): void;
}
