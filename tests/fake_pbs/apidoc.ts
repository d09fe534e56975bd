import { once } from "../fake_pve/once.ts";
import { contract } from "./contract.ts";

/** What the API viewer reads: a script that begins with its description. */
export const apidoc = once((): string => {
  const nodes = [...Map.groupBy(contract().methods, ({ path }) => path)].map(([path, methods]) => ({
    path,
    text: path.split("/").at(-1),
    info: Object.fromEntries(methods.map((
      { additionalProperties, method, parameters, permissions, returns },
    ) => [method, {
      description: "",
      parameters: { additionalProperties, properties: parameters },
      permissions,
      returns,
    }])),
    children: [],
  }));
  return `var apiSchema = ${JSON.stringify(nodes)};\nlet method2cmd = {};\n`;
});
