import fc from "fast-check";
import * as z from "zod";
import type { AnyTool } from "../../lib/tool/tool.ts";

type Schema = Readonly<Record<string, unknown>>;

/** Names of the simulated cluster, so that some calls reach it. */
const KNOWN: Readonly<Record<string, readonly unknown[]>> = {
  vmid: [100, 101, "102", 110, 150, 200, 202, 900, "web1", "dup", 1000, 1004, 999_999, "101;x"],
  vmids: [[100], ["web1", 200], [], [1000, 1000]],
  node: ["pve1", "pve2", "pve3", "pve9", "../pve1", "pve1/../pve2"],
  target_node: ["pve1", "pve2", "pve3", ".."],
  storage: ["local", "nfs1", "local-lvm", "a/../b"],
  name: ["clean", "soak", "current", "..", "a\u202eb"],
  timeout_seconds: [1, 2, 0, -1, 1e9, "1"],
  dry_run: [true, true, true, false, "yes"],
  path: [
    "/version",
    "/cluster/resources",
    "/nodes/pve1/status",
    "/nodes/../access",
    "/../..",
    "%2e%2e",
  ],
  upid: ["UPID:pve1:00000001:00000002:6B036168:qmstart:100:root@pam:", "UPID:..:x", ""],
  command: ["true", ["echo", "x"], [], ["\u0000"], "x".repeat(70_000)],
  cursor: ["", "!", "e30", "x".repeat(2_000)],
  method: ["GET", "POST", "PUT", "DELETE", "PATCH"],
  volid: ["local:iso/debian.iso", "nfs1:backup/x", "local:../../etc/passwd"],
};

/** What no argument may be taken for. */
export const HOSTILE_VALUES: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 2 ** 53, 1e308, "", " ", "\u0000", "..", "../../etc/passwd", "%00"],
  ...["\ud800", "\u202e\u2066", "\u001b[31m", "a".repeat(10_000), "${7*7}", "'; DROP TABLE x;--"],
  ...[[], {}, [[]], [null], { toString: 1 }, { constructor: { prototype: {} } }, { length: -1 }],
  Array.from({ length: 600 }, (_, at) => at),
];

const hostile = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_VALUES) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
);

/** Arguments of a tool: as its schema has them, or with something wrong in them. */
export function argumentsOf(tool: AnyTool): fc.Arbitrary<unknown> {
  const schema = z.toJSONSchema(tool.input, { io: "input", unrepresentable: "any" }) as Schema;
  const fit = objectOf(schema);
  const known = Object.keys(schema.properties ?? {});
  const key = fc.oneof(
    fc.constantFrom(...known, "extra"),
    fc.constantFrom("__proto__", "constructor", "toString", "", "vmid ", "VMID"),
    fc.string({ maxLength: 20 }),
  );
  return fc.oneof(
    { weight: 4, arbitrary: fit },
    {
      weight: 4,
      arbitrary: fc.tuple(fit, key, hostile).map(([args, key, value]) => withKey(args, key, value)),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fit, key).map(([args, key]) =>
        Object.fromEntries(Object.entries(args).filter(([name]) => name !== key))
      ),
    },
    { weight: 1, arbitrary: hostile },
  );
}

/** Also `__proto__`, as a key of its own. */
function withKey(args: object, key: string, value: unknown): object {
  return Object.fromEntries([...Object.entries(args), [key, value]]);
}

function valueOf(schema: Schema, name = ""): fc.Arbitrary<unknown> {
  const known = KNOWN[name];
  if (known !== undefined) return fc.constantFrom(...known);
  const choices = (schema.anyOf ?? schema.oneOf) as readonly Schema[] | undefined;
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => valueOf(choice)));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if ("const" in schema) return fc.constant(schema.const);
  switch (schema.type) {
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number":
      return fc.integer({
        min: Math.max(-1e9, Number(schema.minimum ?? 0)),
        max: Math.min(1e9, Number(schema.maximum ?? 1e6)),
      });
    case "array":
      return fc.array(valueOf((schema.items ?? {}) as Schema), { maxLength: 4 });
    case "object":
      return objectOf(schema);
    case "string":
      return fc.oneof(
        fc.constantFrom("a", "soak", "web1", "local", "2026-01-01T00:00:00Z", "10G"),
        fc.string({ maxLength: 40 }),
      );
    default:
      return hostile;
  }
}

function objectOf(schema: Schema): fc.Arbitrary<Record<string, unknown>> {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  const required = (schema.required ?? []) as string[];
  const model = Object.fromEntries(properties.map(([name, of]) => [name, valueOf(of, name)]));
  return fc.record(model, { requiredKeys: required.filter((name) => name in model) })
    .map((made) => ({ ...made }));
}
