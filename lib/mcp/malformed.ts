/** A JSON-RPC error, ready to be sent. */
export interface RpcError {
  readonly jsonrpc: "2.0";
  readonly id: string | number | null;
  readonly error: { readonly code: number; readonly message: string };
}

/** The answer to a body that is no JSON-RPC request. */
export const INVALID_REQUEST: RpcError = {
  jsonrpc: "2.0",
  id: null,
  error: {
    code: -32600,
    message: "Invalid request: a JSON-RPC request has a method, and its params are an object",
  },
};

/**
 * The answer to a `tools/call` that names no tool or whose arguments are no object; undefined for
 * every other body. The SDK would answer with many lines about its own schema.
 */
export function malformedCall(body: unknown): RpcError | undefined {
  if (!isRecord(body) || body.method !== "tools/call") return undefined;
  const { name, arguments: given } = isRecord(body.params) ? body.params : {};
  if (typeof name === "string" && (given === undefined || isRecord(given))) return undefined;
  const id = typeof body.id === "string" || typeof body.id === "number" ? body.id : null;
  const message =
    "Invalid params: tools/call takes params.name, a tool's name, and params.arguments, an object";
  return { jsonrpc: "2.0", id, error: { code: -32602, message } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
