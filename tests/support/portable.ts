/** What other programs make of a tool's schemas before a model sees them, as their documents say. */

// deno-lint-ignore no-explicit-any -- a schema has whatever keywords it has
export type Schema = Record<string, any>;

type Told = (at: string, problem: string) => void;

/** Every schema in a schema, with the place where it stands. */
function* within(schema: Schema | null, at = ""): Generator<[Schema | null, string]> {
  yield [schema, at];
  if (schema === null) return;
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    yield* within(part as Schema, `${at}.${name}`);
  }
  if (schema.items) yield* within(schema.items, `${at}[]`);
  if (typeof schema.additionalProperties === "object") {
    yield* within(schema.additionalProperties, `${at}.*`);
  }
  for (const part of schema.anyOf ?? []) yield* within(part, `${at}|`);
}

function problemsOf(
  schema: Schema,
  look: (each: Schema, at: string, tell: Told) => void,
): string[] {
  const problems: string[] = [];
  for (const [each, at] of within(schema)) {
    const tell: Told = (place, problem) => void problems.push(`${place || "root"}: ${problem}`);
    if (each === null) tell(at, "an object names its keys");
    else look(each, at, tell);
  }
  return problems;
}

const CONSTRAINTS =
  "type enum const minimum maximum items properties additionalProperties required anyOf pattern minItems maxItems"
    .split(" ");

/** What the MCP Inspector's `--strict` reports: types in a list, schemas that allow everything, bare booleans. */
export function inspectorProblems(schema: Schema): string[] {
  return problemsOf(schema, (each, at, tell) => {
    if (typeof each !== "object") return tell(at, "a boolean in place of a schema");
    if (Array.isArray(each.type)) tell(at, "several types in a list");
    if (!Object.keys(each).some((key) => CONSTRAINTS.includes(key))) {
      tell(at, "it allows everything");
    }
  });
}

const STRICT =
  "type enum description properties required additionalProperties items anyOf multipleOf minimum maximum exclusiveMinimum exclusiveMaximum minItems maxItems pattern format"
    .split(" ");
const MOST_PROPERTIES = 5_000;
const DEEPEST = 10;

/** A schema for OpenAI's strict mode: every object closed, every argument required, what need not be given null. */
export function strictSchema({ default: _, ...schema }: Schema): Schema {
  if (schema.anyOf) {
    return { ...schema, anyOf: schema.anyOf.filter(isExpressible).map(strictSchema) };
  }
  if (schema.items) return { ...schema, items: strictSchema(schema.items) };
  if (schema.type !== "object") return schema;
  const properties = Object.entries<Schema>(schema.properties ?? {}).map(([name, part]) => {
    const strict = strictSchema(part);
    const given = schema.required?.includes(name);
    return [name, given ? strict : { anyOf: [strict, { type: "null" }] }];
  });
  return {
    ...schema,
    properties: Object.fromEntries(properties),
    required: properties.map(([name]) => name),
    additionalProperties: false,
  };
}

/** An object of any keys is none that a strict model could write. */
function isExpressible(schema: Schema): boolean {
  return schema.type !== "object" || schema.properties !== undefined;
}

/** What OpenAI's strict mode refuses in a converted schema. */
export function strictProblems(schema: Schema): string[] {
  const problems = problemsOf(schema, (each, at, tell) => {
    for (const key of Object.keys(each)) if (!STRICT.includes(key)) tell(at, `no keyword ${key}`);
    if (each.anyOf?.length === 0) tell(at, "no alternative is left");
    if (at === "" && each.type !== "object") tell(at, "the root is an object");
    if (!each.anyOf && typeof each.type !== "string") tell(at, "it has one type");
    if (each.type === "array" && !each.items) tell(at, "an array says of what");
    if (each.type === "object" && at !== "" && !Object.keys(each.properties ?? {}).length) {
      tell(at, "an object names its keys");
    }
    if (each.enum?.length > 250) tell(at, "too many words");
  });
  const places = [...within(schema)].map(([, at]) => at.replaceAll("|", ""));
  if (places.length > MOST_PROPERTIES) problems.push("too many properties");
  if (places.some((at) => at.split(/[.[]/).length > DEEPEST)) problems.push("too deep");
  return problems;
}

const GEMINI =
  "type format title description nullable enum maxItems minItems properties required anyOf propertyOrdering default items minimum maximum minLength maxLength pattern minProperties maxProperties"
    .split(" ");
const GEMINI_TYPES = ["string", "number", "integer", "boolean", "array", "object"];

/**
 * The parameters of a Gemini function declaration; null where there are none. Its own SDK leaves
 * `additionalProperties` out too (3.6 for Python means to, and breaks down on `false`); an object of any
 * keys is left where it can be given otherwise.
 */
export function geminiSchema({ additionalProperties: _, ...schema }: Schema): Schema | null {
  if (schema.anyOf) {
    return { ...schema, anyOf: schema.anyOf.filter(isExpressible).map(geminiSchema) };
  }
  if (schema.items) return { ...schema, items: geminiSchema(schema.items) };
  if (schema.type !== "object") return schema;
  const properties = Object.entries<Schema>(schema.properties ?? {})
    .map(([name, part]) => [name, geminiSchema(part)]);
  return properties.length === 0 ? null : { ...schema, properties: Object.fromEntries(properties) };
}

/** What Gemini's function declarations refuse in converted parameters. */
export function geminiProblems(schema: Schema): string[] {
  return problemsOf(schema, (each, at, tell) => {
    for (const key of Object.keys(each)) if (!GEMINI.includes(key)) tell(at, `no keyword ${key}`);
    if (each.anyOf && each.type) tell(at, "type and anyOf exclude each other");
    if (!each.anyOf && !GEMINI_TYPES.includes(each.type)) tell(at, "it has one type");
    if (each.anyOf?.length === 0) tell(at, "no alternative is left");
    if (each.type === "array" && !each.items) tell(at, "an array says of what");
    if (each.enum && each.type !== "string") tell(at, "only texts are enumerated");
    if (each.enum?.includes("")) tell(at, "an empty word");
    if (each.format && !["enum", "date-time"].includes(each.format)) tell(at, "no such format");
    for (const name of Object.keys(each.properties ?? {})) {
      if (!/^[A-Za-z_]\w{0,63}$/.test(name)) tell(at, `no such name ${name}`);
    }
    for (const name of each.required ?? []) {
      if (!(name in (each.properties ?? {}))) tell(at, `${name} is required and not there`);
    }
  });
}
