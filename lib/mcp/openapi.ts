import { oncePer } from "../once_per.ts";
import { jsonSchemas } from "./clusters/schemas.ts";
import { PICTURE_TYPE } from "./finished.ts";
import type { AnyTool } from "../tool/tool.ts";

type Json = Readonly<Record<string, unknown>>;

/** Where the tools are called without MCP. */
export const REST_PATH = "/api";

/** What a failed call's problem is called, by its HTTP status. */
export const PROBLEMS: Readonly<Record<number, string>> = {
  400: "Invalid request",
  401: "Authentication required",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  408: "Request timeout",
  409: "Conflict with the state",
  413: "Request body too large",
  415: "Unsupported content type",
  429: "Too many requests",
  500: "Internal error",
  503: "Not available",
  504: "No answer in time",
};

/** Makes the description, in OpenAPI 3.1, of the tools that a caller may call; each tool's part is kept. */
export function openApiWriter(
  { version, scopeOf }: { version: string; scopeOf: (tool: AnyTool) => string },
): (tools: readonly AnyTool[], clusters: readonly string[]) => Json {
  const operationsFor = oncePer((clusters: readonly string[]) =>
    oncePer((tool: AnyTool) => describe(tool, clusters))
  );
  return (tools, clusters) => ({
    openapi: "3.1.0",
    info: {
      title: "Proxmox VE",
      version,
      description: "Each tool of this server, called with its arguments as the JSON body.",
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    paths: Object.fromEntries(tools.map((tool) => [
      `${REST_PATH}/${tool.name}`,
      { post: { ...operationsFor(clusters)(tool), "x-scope": scopeOf(tool) } },
    ])),
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Problem: PROBLEM },
      responses: Object.fromEntries(
        Object.entries(PROBLEMS).map(([status, title]) => [status, {
          description: title,
          content: {
            "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
          },
        }]),
      ),
    },
  });
}

const PROBLEM = {
  type: "object",
  required: ["type", "title", "status", "detail"],
  properties: {
    type: { type: "string", const: "about:blank" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string", description: "What was to be done, and why it was not" },
    code: { type: "string", description: "The kind of failure of a call" },
    request_id: { type: "string", description: "As in the audit" },
  },
};

function describe(tool: AnyTool, clusters: readonly string[]): Json {
  const { name, title, description, toolsets: [home] } = tool;
  const { input, output } = jsonSchemas(tool, clusters);
  const schema = nullable(input);
  const required = Array.isArray(schema.required) && schema.required.length > 0;
  const answer = {
    "application/json": { schema: output },
    ...(tool.picture ? { [PICTURE_TYPE]: {} } : {}),
  };
  return {
    operationId: name,
    summary: title,
    description,
    tags: [home],
    requestBody: { required, content: { "application/json": { schema } } },
    responses: {
      200: { description: "What the tool answers", content: answer },
      202: { description: "Nothing was done yet: a plan waits for somebody's approval" },
      ...Object.fromEntries(
        Object.keys(PROBLEMS).map((status) => [status, {
          $ref: `#/components/responses/${status}`,
        }]),
      ),
    },
  };
}

/** The same, with null for what is optional: it counts as absent. */
function nullable(schema: Json): Json {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Json>).map((
    [name, property],
  ) => [name, required.includes(name) ? property : { anyOf: [property, { type: "null" }] }]);
  return { ...schema, properties: Object.fromEntries(properties) };
}
