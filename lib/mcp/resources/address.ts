import type { ResourceKind, Values } from "./kind.ts";
import { RESOURCE_KINDS } from "./kinds.ts";

const LONGEST = 1_000;
const VARIABLE = /\{(\w+)\}/g;

/** What an address names; undefined when no kind of resource has such an address. */
export function resourceAt(
  address: string,
): { readonly kind: ResourceKind; readonly values: Values } | undefined {
  if (address.length > LONGEST) return undefined;
  for (const kind of RESOURCE_KINDS) {
    const values = valuesIn(address, kind.template);
    if (values) return { kind, values };
  }
  return undefined;
}

/** The variables of a template, in order. */
export function variablesOf(template: string): string[] {
  return [...template.matchAll(VARIABLE)].map(([, name = ""]) => name);
}

function valuesIn(address: string, template: string): Values | undefined {
  const match = new RegExp(`^${template.replaceAll(VARIABLE, "([^/?#]+)")}$`).exec(address);
  if (!match) return undefined;
  try {
    const names = variablesOf(template);
    return Object.fromEntries(
      names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? "")]),
    );
  } catch {
    // A broken escape names nothing.
    return undefined;
  }
}
