/** JSON-RPC error codes that the HTTP side answers with. */
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const UNAUTHORIZED = -32001;
export const REFUSED = -32000;

/** An error in the form that MCP clients and curl users both can read. */
export function refusal(
  status: number,
  error: { code: number; message: string },
  headers: Record<string, string> = {},
): Response {
  return Response.json({ jsonrpc: "2.0", id: null, error }, { status, headers });
}
