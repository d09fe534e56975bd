import { type ContractMethod, readContract } from "../pbs/api/contract.ts";
import { ApiDescription, describeMethod } from "../proxmox/apidoc/description.ts";

/** What stands in for the description of its API that a backup server does not serve. */
export async function contractDescription(
  advice: string,
): Promise<{ readonly version: string; readonly description: ApiDescription }> {
  const { version, schemas, methods } = await readContract();
  const described = methods.map((method) => {
    const [verb, path] = method;
    return describeMethod(path, verb, asDescribed(method, schemas));
  });
  return { version, description: new ApiDescription(described, advice) };
}

/** As the server's own description would have it, but without words. */
function asDescribed(
  [, , parameters, open, permissions, [type, ...fields]]: ContractMethod,
  schemas: readonly object[],
): Record<string, unknown> {
  const names = Object.fromEntries(fields.map((field) => [field, {}]));
  return {
    parameters: {
      properties: Object.fromEntries(
        Object.entries(parameters).map(([name, place]) => [name, schemas[place]]),
      ),
      additionalProperties: open,
    },
    permissions: permissions ?? undefined,
    returns: type === "array"
      ? { type, items: { properties: names } }
      : { ...(type === "" ? {} : { type }), properties: names },
  };
}
