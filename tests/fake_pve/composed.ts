import type { ApiMethod, Composed, Schema } from "./contract.ts";
import type { Raw } from "./validate.ts";

/** The method with the parameters that this request's type takes, where they are composed of parts. */
export function resolved(api: ApiMethod, raw: Raw): ApiMethod {
  return api.composed ? { ...api, parameters: parametersOf(api.composed, raw) } : api;
}

function parametersOf(part: Composed, raw: Raw): Record<string, Schema> {
  if (part.allOf) return Object.assign({}, ...part.allOf.map((one) => parametersOf(one, raw)));
  if (!part.oneOf) return part.properties ?? {};
  const property = part["type-property"] ?? "type";
  const variant = part.oneOf.find((one) => one["instance-type"] === raw[property]);
  return {
    ...(variant ? parametersOf(variant, raw) : {}),
    [property]: part["type-property-schema"] ?? {},
  };
}
