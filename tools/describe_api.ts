import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { compact, number, record, text } from "../lib/proxmox/api/values.ts";
import type { ApiMethod } from "../lib/proxmox/apidoc/description.ts";
import { refusalOf } from "../lib/proxmox/apidoc/guard.ts";
import { allParams } from "../lib/proxmox/apidoc/composed.ts";
import { isOptional, type ParamSchema } from "../lib/proxmox/apidoc/schema.ts";
import { clip } from "../lib/proxmox/clip.ts";
import {
  backupApiOf,
  isOfBackupServer,
  PRODUCT_FIELDS,
  productInput,
} from "../lib/tool/backup_api.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

/** A method; without its parameters and the rest where a path has several. */
const methodRow = z.object({
  method: z.string(),
  description: z.string(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  permissions: z.string().optional(),
  returns: z.string().optional(),
  refused: z.string().optional(),
});

export default defineTool({
  name: "describe_api",
  title: "Describe a Proxmox API path",
  description: "Describes the methods of one API path, or one of them with its parameters.",
  scope: "user",
  toolsets: ["api"],
  hints: READS,
  subject: "cluster",
  across: "any",
  privileges: [],
  withBackupServers: PRODUCT_FIELDS,
  besidesClusters: isOfBackupServer,
  input: z.strictObject({
    path: z.string().max(500).describe("/nodes/{node}/qemu or a concrete one"),
    method: z.enum(["GET", "POST", "PUT", "DELETE"]).optional(),
    ...productInput,
  }),
  output: z.object({
    path: z.string(),
    methods: z.array(methodRow),
  }),
  action: ({ path }) => `describe ${path}`,
  run: async (input, context) => {
    const { pve } = context;
    const backups = backupApiOf(context, input);
    const { path, methods } = (await (backups ?? pve).apiDescription()).match(input.path);
    if (input.method === undefined && methods.length > 1) {
      const brief = methods.map(({ method, description }) => ({ method, description }));
      return { path, methods: brief };
    }
    const wanted = methods.filter(({ method }) => method === (input.method ?? method));
    if (wanted.length > 0) {
      return {
        path,
        methods: wanted.map((each) =>
          describeMethod(each, {
            refused: backups?.refuses?.(each) ?? refusalOf(each, pve.advice),
          })
        ),
      };
    }
    const offered = methods.map(({ method }) => method).join(", ");
    throw new AppError("not_found", `${path} has no ${input.method}; it has ${offered}`);
  },
});

/** A method as a reader needs it before calling it. */
function describeMethod(method: ApiMethod, { refused }: { refused: string | undefined }) {
  const { description, parameters, permissions, returns } = method;
  return compact({
    method: method.method,
    description: clip(description, 2_000),
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, schema]) => [name, describeParam(schema)]),
    ),
    permissions: permissions === undefined ? undefined : clip(JSON.stringify(permissions), 2_000),
    returns: describeReturn(returns),
    refused,
  });
}

function describeParam(schema: ParamSchema) {
  return compact({
    type: text(schema.type),
    required: isOptional(schema) ? undefined : true,
    only_with: schema.only_with,
    description: clip(text(schema.description)?.trim() ?? "", 240) || undefined,
    enum: schema.enum ?? enumOf(schema.oneOf),
    default: schema.default,
    minimum: number(schema.minimum),
    maximum: number(schema.maximum),
    max_length: number(schema.maxLength),
    pattern: text(schema.pattern),
    format: typeof schema.format === "string" ? schema.format : undefined,
    keys: typeof schema.format === "object" && schema.format !== null
      ? Object.keys(schema.format)
      : undefined,
  });
}

/** All values that one or another way of giving it takes, where each names its own. */
function enumOf(options: readonly ParamSchema[] = []): unknown[] | undefined {
  const values = options.map((option) => option.enum);
  return options.length > 0 && values.every((each) => each !== undefined)
    ? [...new Set(values.flat())]
    : undefined;
}

function describeReturn({ type, properties = {}, items }: ApiMethod["returns"]): string {
  const fields = type === "array" ? allParams(record(items)) : properties;
  const names = Object.keys(fields).sort().join(", ");
  return clip(`${type ?? "anything"}${names === "" ? "" : ` of ${names}`}`, 2_000);
}
