import * as z from "zod";

/** What the value of a key names besides itself, and so what becomes of it after parsing. */
export type Kind =
  /** A file that the server reads; relative to the config's folder. */
  | "file"
  /** The same with a secret in it: the credential that systemd hands over weighs more. */
  | "secret_file"
  /** A file that the server writes; relative to the working directory, as in the Python server. */
  | "log_file"
  /** A file that the server appends to; relative to the config's folder. */
  | "written_file"
  /** A folder that the server makes files in, and which nothing else is in; relative to the config's folder. */
  | "written_folder"
  /** A database URL, whose file is relative to the config's folder. */
  | "database";

/** What a key is besides its type. */
export interface KeyFacts {
  /** What it means, for the documents' tables; a section whose keys share a row has it itself. */
  readonly en?: string;
  readonly tr?: string;
  /** It must be given, though its own schema allows that it is not. */
  readonly required?: true;
  readonly kind?: Kind;
  /** The sibling whose value this key's file holds; both together are refused. */
  readonly holds?: string;
  /** Only talking to Proxmox needs it: other commands leave the file unread. */
  readonly proxmoxOnly?: true;
  /** The sibling that this key is given instead of, by whatever weighs more than the file. */
  readonly insteadOf?: string;
  /** The environment variables that weigh more than the file; the first that is set counts. */
  readonly env?: readonly [string, ...string[]];
  /** The option of `serve` that weighs more than both, as `--help` shows it. */
  readonly option?: { readonly flags: string; readonly help: string };
  /** A reload takes it over; any other change waits for a restart. */
  readonly reloads?: true;
}

/** A key or a section of the config file. */
export interface Key {
  /** `server.tls.cert_file`. */
  readonly path: string;
  readonly schema: z.ZodType;
  readonly facts: KeyFacts;
  /** As the file would say it; undefined where there is none. */
  readonly default: unknown;
}

const FACTS = z.registry<KeyFacts>();

/** Says what a key is besides its type. */
export function key<T extends z.ZodType>(schema: T, facts: KeyFacts): T {
  const described = schema.clone();
  FACTS.add(described as z.ZodType, facts);
  return described;
}

/** A key that need not be given; then it is null. */
export function optional<T extends z.ZodType>(schema: T) {
  return schema.optional().transform((value) => value ?? null);
}

/** Stands in a path for the names that the user gives sections: `backup_servers.*.host`. */
export const ANY_NAME = "*";

/** What is known of the key at `path`. */
export function describeKey(path: string, schema: z.ZodType): Key {
  const { env, option, ...rest } = FACTS.get(schema) ?? {};
  const facts = path.split(".").includes(ANY_NAME)
    ? rest
    : { ...rest, ...(env && { env }), ...(option && { option }) };
  return { path, schema, facts, default: facts.required ? undefined : defaultOf(schema) };
}

function defaultOf(schema: z.ZodType): unknown {
  const given = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return given ? schema.def.defaultValue : undefined;
}

/** The keys of a section, `ANY_NAME` where the user names them; of anything else there are none. */
export function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.ZodType>> {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (schema instanceof z.ZodRecord && isSection(schema.valueType)) {
    return { [ANY_NAME]: schema.valueType as z.ZodType };
  }
  const inner = innerOf(schema);
  return inner === null ? {} : shapeOf(inner);
}

/** True when keys stand below it. */
export function isSection(schema: z.core.$ZodType): boolean {
  return Object.keys(shapeOf(schema)).length > 0;
}

/** What a wrapper (optional, default, transform) is around; null for any other schema. */
export function innerOf(schema: z.core.$ZodType): z.core.$ZodType | null {
  if (schema instanceof z.ZodPipe) return schema.in;
  const wrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return wrapped ? schema.unwrap() : null;
}

/** Every key and section, parents first, in the order in which the schema declares them. */
export function* keysOf(schema: z.core.$ZodType, prefix = ""): Generator<Key> {
  for (const [name, child] of Object.entries(shapeOf(schema))) {
    const path = prefix + name;
    yield describeKey(path, child);
    yield* keysOf(child, `${path}.`);
  }
}
