import * as z from "zod";
import ipaddr from "ipaddr.js";
import { parseLogFormat } from "../log/format.ts";

const FORBIDDEN_IN_HOST = /[\s/?#@\\%]/;
const RESERVED_PATHS = ["/healthz", "/readyz", "/metrics", "/api", "/openapi.json"];
const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const;
/** Python's other names for two of the levels. */
const LEVEL_ALIASES: Readonly<Record<string, string>> = { WARN: "WARNING", FATAL: "CRITICAL" };

/** A check whose message ends the sentence that begins with the key. */
function complain(context: z.core.$RefinementCtx, message: string): typeof z.NEVER {
  context.addIssue({ code: "custom", message, input: undefined });
  return z.NEVER;
}

function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.number({ error: (issue) => issue.input === undefined ? undefined : error })
    .int(error).min(min, error).max(max, error);
}

const text = z.string().trim().min(1, "must not be empty");

const boolean = z.boolean({
  error: (issue) => issue.input === undefined ? undefined : "must be true or false",
});

/** A bare name or address; a URL or a port belongs elsewhere, and the message says where. */
function hostName(portKey: string) {
  return text.transform((value, context) => {
    const scheme = value.match(/^[a-z][a-z0-9+.-]*:\/\//i);
    if (scheme) {
      const name = value.slice(scheme[0].length).replace(/[/?#].*$/, "").replace(/:\d+$/, "");
      return complain(context, `must be a name or address, not a URL: write "${name}"`);
    }
    const bare = value.replace(/^\[(.*)\]$/, "$1");
    if (ipaddr.isValid(bare)) return bare;
    const withPort = value.match(/^(.+):(\d+)$/);
    if (withPort) {
      return complain(
        context,
        `must not hold a port: write "${withPort[1]}" and ${portKey} ${withPort[2]}`,
      );
    }
    if (FORBIDDEN_IN_HOST.test(bare) || !/^[\w.:-]+$/.test(bare) || bare.includes(":")) {
      return complain(context, "must be a name or an IP address");
    }
    return bare.toLowerCase();
  });
}

export const portNumber = wholeNumber(1, 65535);
/** Port 0 lets the system choose one, which tests and several instances on one machine need. */
export const listenPort = wholeNumber(0, 65535);
export const listenHost = hostName("server.port");

export const mountPath = text.transform((value, context) => {
  const path = value.replace(/\/+$/, "");
  if (!/^(\/[\w.~-]+)+$/.test(path) || path.split("/").some((part) => /^\.+$/.test(part))) {
    return complain(context, 'must begin with "/" and hold letters, digits, ".", "_", "~", "-"');
  }
  const taken = RESERVED_PATHS.find((other) => path === other || path.startsWith(`${other}/`));
  if (taken) return complain(context, `must not be ${taken}, which the server itself answers`);
  return path;
});

const fingerprint = text.transform((value, context) => {
  const hex = value.replace(/^sha-?256[ :=]*/i, "").replace(/[:\s]/g, "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  return complain(
    context,
    "must be the certificate's SHA-256: 64 hexadecimal digits, with or without colons",
  );
});

const userName = text.regex(/^[^\s@!:/]+@[\w.-]+$/, 'must be of the form "name@realm"');

const tokenName = text.transform((value, context) => {
  if (value.includes("!")) {
    return complain(context, `must be only the part after "!": "${value.split("!").at(-1)}"`);
  }
  if (!/^[A-Za-z][\w.-]*$/.test(value)) {
    return complain(context, 'must be letters, digits, ".", "-" and "_", beginning with a letter');
  }
  return value;
});

/** A token value goes into a header, where only visible ASCII may stand. */
export const tokenValue = z.string().trim()
  .regex(/^[\x21-\x7e]+$/, "must be the token's secret, without spaces");

const network = text.refine(
  (value) => value.includes("/") ? ipaddr.isValidCIDR(value) : ipaddr.isValid(value),
  "must hold addresses and networks such as 10.0.0.5 or 10.0.0.0/8",
);

const origin = text.transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url && url.origin !== "null" && value.replace(/\/$/, "").toLowerCase() === url.origin) {
    return url.origin;
  }
  return complain(context, "must hold origins such as https://assistant.example");
});

const toolName = text.regex(/^[a-z][a-z0-9_]*$/, "must hold names of tools such as get_nodes");

const level = z.string().transform((value, context) => {
  const upper = LEVEL_ALIASES[value.toUpperCase()] ?? value.toUpperCase();
  const found = LEVELS.find((candidate) => candidate === upper);
  return found ?? complain(context, `must be one of ${LEVELS.join(", ")}`);
});

const logFormat = z.string().transform((value, context) => {
  const format = parseLogFormat(value);
  return "problem" in format ? complain(context, format.problem) : format;
});

/** Sites that ran the Python server keep its layout. */
const OLD_FORMAT = "%(asctime)s - %(name)s - %(levelname)s - %(message)s";

const proxmox = z.strictObject({
  host: hostName("proxmox.port").optional(),
  hosts: z.array(hostName("proxmox.port")).min(1, "must not be empty").optional(),
  port: portNumber.default(8006),
  verify_ssl: boolean.default(true),
  ca_file: text.optional(),
  fingerprint: fingerprint.optional(),
  service: z.literal("PVE", 'must be "PVE": no other service is supported').default("PVE"),
  timeout_seconds: z.number().positive("must be more than 0").max(600, "must be at most 600")
    .default(30),
});

const auth = z.strictObject({
  user: userName,
  token_name: tokenName,
  token_value: tokenValue.optional(),
  token_value_file: text.optional(),
});

const server = z.strictObject({
  host: listenHost.default("127.0.0.1"),
  port: listenPort.default(8812),
  path: mountPath.default("/mcp"),
  tls: z.strictObject({ cert_file: text, key_file: text }).optional(),
  allowed_hosts: z.array(text).min(1, "must not be empty").optional(),
  allowed_origins: z.array(origin).default([]),
  trusted_proxies: z.array(network).default([]),
  max_body_bytes: wholeNumber(1024, 64 * 1024 * 1024).default(4_194_304),
  rate_limit: z.strictObject({
    requests_per_minute: wholeNumber(0, 1_000_000).default(600),
    failed_logins_per_minute: wholeNumber(0, 1_000_000).default(10),
  }).prefault({}),
  language: z.enum(["en", "tr"], 'must be "en" or "tr"').default("en"),
  require_lock: boolean.default(false),
  shutdown_seconds: wholeNumber(0, 600).default(10),
});

const database = z.strictObject({
  url: text.optional(),
  url_file: text.optional(),
});

const tools = z.strictObject({
  read_only: boolean.default(false),
  allow: z.array(toolName).optional(),
  deny: z.array(toolName).default([]),
  confirm: z.enum(
    ["always", "when_supported", "never"],
    'must be "always", "when_supported" or "never"',
  ).default("when_supported"),
});

const logging = z.strictObject({
  level: level.prefault("INFO"),
  format: logFormat.prefault(OLD_FORMAT),
  file: text.nullish(),
});

/** The config file, word for word as users write it. */
export const configSchema = z.strictObject({
  proxmox,
  auth,
  server: server.prefault({}),
  database: database.prefault({}),
  audit: z.strictObject({ database: boolean.default(true) }).prefault({}),
  tools: tools.prefault({}),
  logging: logging.prefault({}),
});

export type ConfigFile = z.output<typeof configSchema>;

/** Every key path of the file, in the order in which the schema declares them. */
export function knownKeys(schema: z.core.$ZodType = configSchema, prefix = ""): string[] {
  const keys: string[] = [];
  for (const [key, child] of Object.entries(shapeOf(schema))) {
    keys.push(prefix + key, ...knownKeys(child, `${prefix}${key}.`));
  }
  return keys;
}

function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  if (schema instanceof z.ZodObject) return schema.shape;
  const wrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return wrapped ? shapeOf(schema.unwrap()) : {};
}
