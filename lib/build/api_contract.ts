/** A method as the description of an API states it. */
interface Method {
  readonly method: string;
  readonly path: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly additionalProperties?: unknown;
  readonly permissions?: unknown;
  readonly returns?: {
    readonly type?: string;
    readonly properties?: object;
    readonly items?: { readonly properties?: object };
  };
}

/**
 * The description of an API in few bytes, as `Contract` of lib/pbs/api/contract.ts has it: each schema of a
 * parameter once, of what is answered the names of fields.
 *
 * @returns JSON
 */
export function apiContract(methods: readonly Method[], version: string): string {
  const places = new Map<string, number>();
  const placeOf = (schema: unknown): number => {
    const text = JSON.stringify(schema);
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  };
  const rows = methods.map((each) => [
    each.method,
    each.path,
    Object.fromEntries(
      Object.entries(each.parameters).map(([name, schema]) => [name, placeOf(schema)]),
    ),
    each.additionalProperties ? 1 : 0,
    each.permissions ?? null,
    [each.returns?.type ?? "", ...fieldsOf(each.returns)],
  ]);
  const schemas = [...places.keys()].map((text) => JSON.parse(text));
  return `${JSON.stringify({ version, schemas, methods: rows })}\n`;
}

function fieldsOf(returns: Method["returns"]): string[] {
  const { properties } = (returns?.type === "array" ? returns.items : returns) ?? {};
  return Object.keys(properties ?? {}).toSorted();
}
