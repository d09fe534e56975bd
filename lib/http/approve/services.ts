import type { CallRequest, CallResult } from "../../mcp/call_request.ts";
import type { Seal } from "../../seal.ts";

/** What the page on which plans are approved is given. */
export interface ApprovalServices {
  /** How browsers reach it. */
  readonly publicUrl: string;
  readonly seal: Seal;
  readonly now: () => Date;
  readonly call: (request: CallRequest) => Promise<CallResult>;
}
