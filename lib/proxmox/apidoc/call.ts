import { AppError } from "../../errors.ts";
import { byteLength, fitJson, type Limit } from "../../log/bound.ts";
import { isSecretKey, REDACTED, type RedactOptions, redactValue } from "../../log/redact.ts";
import type { ApiDescription, ApiMatch, ApiMethod } from "./description.ts";
import { refusalOf, secretParams } from "./guard.ts";
import { checkParams } from "./schema.ts";
import type { Params } from "../api/client.ts";
import { type ApiPath, apiPath } from "../../upstream/path.ts";
import type { Verb } from "../api/types.ts";
import { assertUnmasked } from "../plan.ts";
import type { Advice } from "../advice.ts";
import { number } from "../api/values.ts";

const MAX_BYTES = 64 * 1024;
/** More would not fit into the answer, and looking for secrets in it would hold everybody up. */
const MAX_MEMBERS = 10_000;

/** An API that tells what it takes. */
export interface DescribedApi {
  readonly advice: Advice;
  apiDescription(): Promise<ApiDescription>;
  /** Why a method is not called at all, besides what holds for any Proxmox. */
  refuses?(method: ApiMethod): string | undefined;
}

/** A call that was checked against Proxmox's own description. */
export interface CheckedCall {
  readonly method: ApiMethod;
  readonly path: ApiPath;
  /** The guest that the call is about. */
  readonly vmid: number | undefined;
  readonly match: ApiMatch;
}

/**
 * Finds the method and checks its parameters.
 *
 * @throws AppError `not_found`, `invalid`, or `forbidden` for what is not called through here
 */
export async function checkCall(
  api: DescribedApi,
  { method, path, params }: { method: Verb; path: string; params: Params },
): Promise<CheckedCall> {
  const match = (await api.apiDescription()).match(path);
  const found = match.methods.find((each) => each.method === method);
  if (found === undefined) {
    const offered = match.methods.map((each) => each.method).join(", ");
    throw new AppError("invalid", `${match.path} has no ${method}; it has ${offered}`);
  }
  const refusal = api.refuses?.(found) ?? refusalOf(found, api.advice);
  if (refusal !== undefined) {
    throw new AppError("forbidden", `${method} ${match.path} is not offered: ${refusal}`);
  }
  const [secret] = secretParams(found, Object.keys(params));
  if (secret !== undefined) {
    throw new AppError("forbidden", `${secret} is a secret; set it in Proxmox itself`);
  }
  assertUnmasked(params);
  const given = { ...params, ...match.values };
  const { schemas, open } = found.paramsFor(given);
  const problems = checkParams(given, schemas, { open, others: found.parameters });
  for (const name of Object.keys(params)) {
    if (name in match.values) problems.push(`${name} is in the path already`);
  }
  for (const [name, value] of Object.entries(match.values)) {
    if (/[{}]/.test(value)) problems.push(`${name} must be given in place of ${value}`);
  }
  if (problems.length > 0) throw new AppError("invalid", problems.slice(0, 20).join("; "));
  return {
    method: found,
    path: apiPath(match.path, match.values),
    vmid: number(match.values.vmid ?? params.vmid),
    match,
  };
}

/** An answer without secrets, in bounded size; `cut` tells when not all of it is there. */
export function presentable(data: unknown): { data: unknown; cut?: true } {
  const { kept, whole } = firstMembers(data);
  if (whole && (JSON.stringify(kept)?.length ?? 0) <= MAX_BYTES) {
    const clean = redactAnswer(kept);
    if (byteLength(JSON.stringify(clean) ?? "") <= MAX_BYTES) return { data: clean };
  }
  return { data: JSON.parse(fitJson(MAX_BYTES, (limit) => redactAnswer(kept, limit))), cut: true };
}

/** The data without what comes after so many members of lists and objects, however deep they are. */
function firstMembers(data: unknown): { kept: unknown; whole: boolean } {
  let seen = 0;
  const copy = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    const kept: [string, unknown][] = [];
    for (const key in value) {
      if (++seen > MAX_MEMBERS) break;
      kept.push([key, copy(value[key as keyof typeof value])]);
    }
    return Array.isArray(value) ? kept.map(([, member]) => member) : Object.fromEntries(kept);
  };
  const kept = copy(data);
  return { kept, whole: seen <= MAX_MEMBERS };
}

function redactAnswer(data: unknown, limit?: Limit): unknown {
  const options = limit === undefined ? {} : { limit };
  if (!Array.isArray(data)) return redactValue(data, options);
  const kept = data.slice(0, limit?.items);
  const rows = kept.map((row) => redactRow(row, options));
  return kept.length === data.length ? rows : [...rows, `… ${data.length - kept.length} more`];
}

/** Some lists (`pending`, `cfg/db`) hold a setting's name in one column and its value in others. */
function redactRow(row: unknown, options: RedactOptions): unknown {
  if (typeof row !== "object" || row === null || !("key" in row || "name" in row)) {
    return redactValue(row, options);
  }
  const { key, ...columns } = row as Record<string, unknown>;
  const setting = key ?? columns.name;
  const secret = typeof setting === "string" && isSecretKey(setting);
  for (const column of ["value", "pending"]) {
    if (secret && columns[column] !== undefined) columns[column] = REDACTED;
  }
  const clean = redactValue(columns, options) as Record<string, unknown>;
  if (key === undefined) return clean;
  // A "key" without a value beside it is a secret itself.
  const named = ["value", "pending", "delete"].some((column) => column in columns);
  return { key: named ? key : REDACTED, ...clean };
}
