import { flag, record, records, text } from "../api/values.ts";
import { checkParams, type ParamSchema, type ParamSchemas } from "./schema.ts";

/** The parameters that one call takes. */
export interface ParamSet {
  readonly schemas: ParamSchemas;
  /** True when undescribed parameters are taken too. */
  readonly open: boolean;
}

type Given = Readonly<Record<string, unknown>>;
type Described = Readonly<Record<string, unknown>>;

const NOTHING: ParamSet = { schemas: {}, open: false };

/**
 * The parameters that a call with these takes. From libpve-common 9.1.21 on a description can be composed:
 * all parts of `allOf` hold together, of `oneOf` one, which the parameter `type-property` names.
 *
 * @param described `parameters` of a method, as Proxmox describes them
 */
export function paramsFor(described: Described, given: Given): ParamSet {
  if (Array.isArray(described.allOf)) {
    return merged(records(described.allOf).map((part) => paramsFor(part, given)));
  }
  if (Array.isArray(described.oneOf)) return chosen(described, given);
  const { additionalProperties } = described;
  const schemas = record(described.properties) as ParamSchemas;
  return {
    schemas: Object.fromEntries(
      Object.entries(schemas).flatMap(([name, schema]) => {
        const one = schemaFor(schema, given);
        return one === undefined ? [] : [[name, one]];
      }),
    ),
    open: additionalProperties === undefined || flag(additionalProperties),
  };
}

/** All parameters that calls take; those of some calls only tell of which in `only_with`. */
export function allParams(described: Described): ParamSchemas {
  if (Array.isArray(described.allOf)) {
    return Object.assign({}, ...records(described.allOf).map(allParams));
  }
  if (!Array.isArray(described.oneOf)) return record(described.properties) as ParamSchemas;
  const variants = records(described.oneOf).map((variant) => ({
    names: namesOf(variant),
    schemas: allParams(variant),
  }));
  const type = text(described["type-property"]);
  const keys = new Set(variants.flatMap(({ schemas }) => Object.keys(schemas)));
  return {
    ...(type === undefined ? {} : { [type]: typeSchema(described) }),
    ...Object.fromEntries([...keys].map((key) => {
      const having = variants.filter(({ schemas }) => key in schemas);
      const everywhere = having.length === variants.length;
      const schema = either(having.map(({ schemas }) => schemas[key] ?? {}));
      const names = having.flatMap(({ names }) => names).join(" or ");
      return [
        key,
        everywhere || type === undefined ? schema : { ...schema, only_with: `${type}: ${names}` },
      ];
    })),
  };
}

function merged(sets: readonly ParamSet[]): ParamSet {
  return {
    schemas: Object.assign({}, ...sets.map(({ schemas }) => schemas)),
    open: sets.some(({ open }) => open),
  };
}

function chosen(described: Described, given: Given): ParamSet {
  const variants = records(described.oneOf);
  const type = text(described["type-property"]);
  if (type === undefined) return nearestSet(variants, given);
  const named = variants.find((variant) => namesOf(variant).includes(String(given[type])));
  // Without a type that there is, only what no variant takes is wrong besides.
  const set = named === undefined
    ? { schemas: optional(allParams(described)), open: false }
    : paramsFor(named, given);
  return merged([set, { schemas: { [type]: typeSchema(described) }, open: false }]);
}

/** The variant that has the least against these parameters. */
function nearestSet(variants: readonly Described[], given: Given): ParamSet {
  const [best] = variants.map((variant) => paramsFor(variant, given))
    .map((set) => ({ set, problems: checkParams(given, set.schemas, set).length }))
    .toSorted((a, b) => a.problems - b.problems);
  return best?.set ?? NOTHING;
}

/** A parameter that only some types take, or each in its own way; undefined where this type does not. */
function schemaFor(schema: ParamSchema, given: Given): ParamSchema | undefined {
  const type = text(schema["type-property"]);
  if (type === undefined || given[type] === undefined) return schema;
  const fits = (one: ParamSchema) => {
    const names = namesOf(record(one));
    return names.length === 0 || names.includes(String(given[type]));
  };
  if (!Array.isArray(schema.oneOf)) return fits(schema) ? schema : undefined;
  return schema.oneOf.find(fits);
}

function namesOf(variant: Described): string[] {
  const { "instance-type": one, "instance-types": several } = variant;
  const names = Array.isArray(several) ? several : [one];
  return names.filter((name) => name !== undefined).map(String);
}

function typeSchema(described: Described): ParamSchema {
  const schema = record(described["type-property-schema"]) as ParamSchema;
  return schema.enum ? schema : {
    type: "string",
    ...schema,
    enum: records(described.oneOf).flatMap(namesOf),
  };
}

/** One schema for what several variants take: required only where all require it. */
function either(schemas: readonly ParamSchema[]): ParamSchema {
  const [first = {}, ...others] = schemas;
  const alike = others.every((other) => JSON.stringify(other) === JSON.stringify(first));
  if (alike) return first;
  return {
    ...first,
    oneOf: schemas,
    optional: schemas.some((each) => flag(each.optional)) ? 1 : 0,
  };
}

function optional(schemas: ParamSchemas): ParamSchemas {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, { ...schema, optional: 1 }]),
  );
}
