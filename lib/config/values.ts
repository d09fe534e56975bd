import * as z from "zod";
import { isIP } from "node:net";
import { readAddressList } from "../auth/address.ts";
import { parseLogFormat } from "../log/format.ts";
import { bareHost, isLoopback } from "./hosts.ts";

const FORBIDDEN_IN_HOST = /[\s/?#@\\%]/;
const RESERVED_PATHS = [
  "/healthz",
  "/readyz",
  "/metrics",
  "/api",
  "/openapi.json",
  "/approve",
  "/oauth",
  "/sign-in",
  "/sign-out",
  "/passkey.js",
  "/my-access",
  "/.well-known",
];
const LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const;
/** Python's other names for two of the levels. */
const LEVEL_ALIASES: Readonly<Record<string, string>> = { WARN: "WARNING", FATAL: "CRITICAL" };

/** A check whose message ends the sentence that begins with the key; `{name}` stands for a sibling. */
function complain(context: z.core.$RefinementCtx, message: string): typeof z.NEVER {
  context.addIssue({ code: "custom", message, input: undefined });
  return z.NEVER;
}

export function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.number({ error: (issue) => issue.input === undefined ? undefined : error })
    .int(error).min(min, error).max(max, error);
}

/** A number of workers, or as many as the machine has cores for. */
export function workers(most: number) {
  const error = `must be a whole number from 1 to ${most}, or "auto"`;
  return z.union([z.literal("auto"), wholeNumber(1, most)], { error });
}

/** How long one request to a Proxmox server may take. */
export const timeoutSeconds = z.number().positive("must be more than 0")
  .max(600, "must be at most 600");

export const text = z.string().trim().min(1, "must not be empty");

export const boolean = z.boolean({
  error: (issue) => issue.input === undefined ? undefined : "must be true or false",
});

/** A bare name or address beside a `port`; a URL or a port belongs elsewhere, and the message says where. */
export const hostName = text.transform((value, context) => {
  const scheme = value.match(/^[a-z][a-z0-9+.-]*:\/\//i);
  if (scheme) {
    const name = value.slice(scheme[0].length).replace(/[/?#].*$/, "").replace(/^.*@/, "")
      .replace(/:\d+$/, "");
    return complain(context, `must be a name or address, not a URL: write "${name}"`);
  }
  const bare = bareHost(value);
  if (isIP(bare) !== 0) return bare;
  const withPort = value.match(/^(.+):(\d+)$/);
  if (withPort) {
    return complain(
      context,
      `must not hold a port: write "${withPort[1]}" and {port} ${withPort[2]}`,
    );
  }
  if (FORBIDDEN_IN_HOST.test(bare) || !/^[\w.:-]+$/.test(bare) || bare.includes(":")) {
    return complain(context, "must be a name or an IP address");
  }
  return bare.toLowerCase();
});

export const mountPath = text.transform((value, context) => {
  const path = value.replace(/\/+$/, "");
  if (!/^(\/[\w.~-]+)+$/.test(path) || path.split("/").some((part) => /^\.+$/.test(part))) {
    return complain(context, 'must begin with "/" and hold letters, digits, ".", "_", "~", "-"');
  }
  const taken = RESERVED_PATHS.find((other) => path === other || path.startsWith(`${other}/`));
  if (taken) return complain(context, `must not be ${taken}, which the server itself answers`);
  return path;
});

export const fingerprint = text.transform((value, context) => {
  const hex = value.replace(/^sha-?256[ :=]*/i, "").replace(/[:\s]/g, "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  return complain(
    context,
    "must be the certificate's SHA-256: 64 hexadecimal digits, with or without colons",
  );
});

export const userName = text.transform((value, context) => {
  const [user = "", ...rest] = value.split("!");
  if (!/^[^\s@!:/]+@[\w.-]+$/.test(user)) {
    return complain(context, 'must be of the form "name@realm"');
  }
  if (rest.length === 0) return user;
  return complain(context, `must be only the part before "!": "${user}"`);
});

export const tokenName = text.transform((value, context) => {
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
  .regex(/^[\x21-\x7e]+$/, "must be the token's secret, without spaces")
  .refine((value) => !/^[^!=]+@[^!=]+![^=]+=/.test(value), 'must be only the part after "="');

export const network = text.refine(
  (value) => readAddressList([value]).malformed.length === 0,
  "must hold addresses and networks such as 10.0.0.5 or 10.0.0.0/8",
);

export const origin = text.transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url && url.origin !== "null" && value.replace(/\/$/, "").toLowerCase() === url.origin) {
    return url.origin;
  }
  return complain(context, "must hold origins such as https://assistant.example");
});

export const publicUrl = text.transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isPlain = url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  return isPlain ? url.origin : complain(context, "must be such as https://mcp.example");
});

/** Kept as it is written, since tokens name it so. */
export const issuerUrl = text.transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isPlain = url && !url.search && !url.hash && !url.username && !url.password;
  const isSafe = url?.protocol === "https:" ||
    (url?.protocol === "http:" && isLoopback(url.hostname));
  return isPlain && isSafe ? value : complain(context, "must be such as https://id.example/realm");
});

export const toolName = text.regex(
  /^[a-z][a-z0-9_]*$/,
  "must hold names of tools such as get_nodes",
);

export const level = z.string().transform((value, context) => {
  const upper = LEVEL_ALIASES[value.toUpperCase()] ?? value.toUpperCase();
  const found = LEVELS.find((candidate) => candidate === upper);
  return found ?? complain(context, `must be one of ${LEVELS.join(", ")}`);
});

export const logFormat = z.string().transform((value, context) => {
  const format = parseLogFormat(value);
  return "problem" in format ? complain(context, format.problem) : format;
});
