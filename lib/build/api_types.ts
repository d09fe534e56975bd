import { fileURLToPath } from "node:url";
import { apiContract } from "./api_contract.ts";

/** `deno task api`: writes the types of Proxmox's APIs from their own descriptions. */

/** A parameter, property or return value as the description states it. */
interface Schema {
  readonly type?: string;
  readonly optional?: number;
  readonly enum?: readonly (string | null)[];
  readonly format?: unknown;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface ApiMethod {
  readonly method: string;
  readonly path: string;
  readonly parameters: Readonly<Record<string, Schema>>;
  readonly returns?: Schema;
}

/** What the generated file says of one method. */
interface MethodTypes {
  readonly params: ReadonlyMap<string, string>;
  readonly data: DataType;
}

/** `Item` and `List` name the fields that may be there. */
interface DataType {
  readonly kind: "null" | "Data" | "unknown" | "Item" | "List";
  readonly fields: readonly string[];
}

type Paths = Map<string, Map<string, MethodTypes>>;

/** What is told of one product's API besides its description. */
export interface Product {
  /** The type of a boolean parameter. */
  readonly flag: "Flag" | "boolean";
  /** Fields that a real one answers though its description does not name them. */
  readonly undescribed: Readonly<Record<string, readonly string[]>>;
}

/** Fields that a real Proxmox VE 9.2 answers though its description does not name them. */
const UNDESCRIBED: Readonly<Record<string, readonly string[]>> = {
  "/cluster/tasks": ["endtime", "id", "node", "starttime", "status", "tokenid", "type", "user"],
  "/nodes/{node}/disks/list": ["type", "wearout"],
  "/nodes/{node}/status": ["cpu", "idle", "ksm", "kversion", "swap", "uptime", "wait"],
  "/nodes/{node}/tasks": ["tokenid"],
};
export const PVE: Product = { flag: "Flag", undescribed: UNDESCRIBED };
/** It takes nothing but true and false in JSON, and its description was corrected by real answers. */
export const PBS: Product = { flag: "boolean", undescribed: {} };

/** Of the one that its description was read from. */
export const PBS_VERSION = "4.2";

const PRODUCTS = [
  { product: PVE, source: "../../tests/pve_api.json", target: "../proxmox/api/schema.ts" },
  { product: PBS, source: "../../tests/pbs_api.json", target: "../pbs/api/schema.ts" },
] as const;
const ROOTS = ["/nodes/{node}/qemu", "/nodes/{node}/lxc"] as const;
const EITHER = "/nodes/{node}/{type}";

/**
 * Types of all methods by path and verb: their parameters without those of the path, and what they
 * answer, of which only the names of fields are believed: Proxmox sends numbers as strings and leaves
 * out at will. What VMs and containers share also stands under `/nodes/{node}/{type}`, with the
 * parameters that both have.
 */
export function apiTypes(methods: readonly ApiMethod[], product: Product = PVE): string {
  const { flag, undescribed } = product;
  const paths: Paths = new Map();
  for (const api of methods) {
    const types = { params: paramsOf(api, flag), data: dataOf(api.returns, undescribed[api.path]) };
    const verbs = paths.get(api.path) ?? new Map<string, MethodTypes>();
    paths.set(api.path, verbs.set(api.method, types));
  }
  const shared = sharedByGuests(paths);
  const lines = [...paths, ...shared].toSorted(([a], [b]) => a < b ? -1 : 1)
    .flatMap(([path, verbs]) => [
      `  ${JSON.stringify(path)}: {`,
      ...[...verbs].toSorted(([a], [b]) => a < b ? -1 : 1).map(writeMethod),
      "  };",
    ]);
  return [
    "// Written by `deno task api`. Types only: nothing of this is in the program that runs.",
    `import type { Data, ${flag === "Flag" ? "Flag, " : ""}Item, List } from "./types.ts";`,
    "",
    "export interface Api {",
    ...lines,
    "}",
    "",
  ].join("\n");
}

function paramsOf(
  { parameters, path }: ApiMethod,
  flag: Product["flag"],
): Map<string, string> {
  const inPath = new Set(path.match(/(?<=\{)[^{}]+(?=\})/g));
  const own = Object.entries(parameters).filter(([name]) => !inPath.has(name)).toSorted();
  return new Map(own.map(([name, schema]) => {
    // `net[n]` stands for net0, net1, …; `link[n]` and the like are never required.
    const indexed = name.endsWith("[n]");
    const key = indexed
      ? `[key: \`${name.slice(0, -3)}\${number}\`]`
      : `${JSON.stringify(name)}${schema.optional ? "?" : ""}`;
    const absent = indexed || schema.optional ? " | undefined" : "";
    return [key, `${typeOf(schema, flag)}${absent}`];
  }));
}

function typeOf(
  { enum: words, format, items, oneOf, type }: Schema,
  flag: Product["flag"],
): string {
  if (words) return words.map((word) => JSON.stringify(word ?? "")).join(" | ");
  if (oneOf) return [...new Set(oneOf.map((one) => typeOf(one, flag)))].join(" | ");
  switch (type) {
    case "boolean":
      return flag;
    case "integer":
    case "number":
      return "number";
    case "array":
      return `readonly (${typeOf(items ?? {}, flag)})[]`;
    default:
      return isPlainNumber(format) ? "string | number" : "string";
  }
}

/** A property string with a single number in it may be given as that number: `memory: 2048`. */
function isPlainNumber(format: unknown): boolean {
  if (typeof format !== "object" || format === null) return false;
  const [only, ...others] = Object.values(format as Record<string, Schema>);
  return only?.type === "integer" && others.length === 0;
}

function dataOf(returns: Schema | undefined, undescribed: readonly string[] = []): DataType {
  const more = undescribed.map((name) => JSON.stringify(name));
  switch (returns?.type) {
    case "null":
      return { kind: "null", fields: [] };
    case "string":
    case "integer":
    case "boolean":
      return { kind: "Data", fields: [] };
    case "array":
      return { kind: "List", fields: [...fieldsOf(returns.items?.properties), ...more] };
    case "object":
      return { kind: "Item", fields: [...fieldsOf(returns.properties), ...more] };
    default:
      return { kind: "unknown", fields: [] };
  }
}

function fieldsOf(properties: Readonly<Record<string, Schema>> = {}): string[] {
  return Object.keys(properties).map((name) =>
    name.endsWith("[n]") ? `\`${name.slice(0, -3)}\${number}\`` : JSON.stringify(name)
  );
}

/** What can be asked of a guest of either type: the same verb, the parameters that both take. */
function sharedByGuests(paths: Paths): Paths {
  const shared: Paths = new Map();
  const [vms, containers] = ROOTS;
  for (const [path, verbs] of paths) {
    if (!path.startsWith(vms)) continue;
    const rest = path.slice(vms.length);
    const others = paths.get(`${containers}${rest}`);
    const common = [...verbs].flatMap(([verb, mine]): [string, MethodTypes][] => {
      const theirs = others?.get(verb);
      return theirs ? [[verb, intersect(mine, theirs)]] : [];
    });
    if (common.length > 0) shared.set(`${EITHER}${rest}`, new Map(common));
  }
  return shared;
}

function intersect(a: MethodTypes, b: MethodTypes): MethodTypes {
  const params = [...a.params].flatMap(([key, type]): [string, string][] => {
    const other = b.params.get(key) ?? b.params.get(key.replace(/\?$/, ""));
    return other === undefined ? [] : [[key, type === other ? type : `(${type}) & (${other})`]];
  });
  const { kind, fields } = a.data;
  return { params: new Map(params), data: { kind, fields: [...fields, ...b.data.fields] } };
}

function writeMethod([verb, { data, params }]: [string, MethodTypes]): string {
  const fields = [...params].map(([key, type]) => `${key}: ${type}`).join("; ");
  return `    ${verb}: { params: { ${fields} }; data: ${writeData(data)} };`;
}

function writeData({ fields, kind }: DataType): string {
  if (kind !== "Item" && kind !== "List") return kind;
  const names = [...new Set(fields)].toSorted().join(" | ");
  return `${kind}<${names || "string"}>`;
}

if (import.meta.main) {
  for (const { product, source, target } of PRODUCTS) {
    const methods = JSON.parse(await Deno.readTextFile(new URL(source, import.meta.url)));
    const types = apiTypes(methods as ApiMethod[], product);
    await Deno.writeTextFile(fileURLToPath(new URL(target, import.meta.url)), types);
  }
  const described = await Deno.readTextFile(new URL(PRODUCTS[1].source, import.meta.url));
  await Deno.writeTextFile(
    fileURLToPath(new URL("../pbs/api/contract.json", import.meta.url)),
    apiContract(JSON.parse(described), PBS_VERSION),
  );
}
