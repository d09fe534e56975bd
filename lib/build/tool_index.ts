/** The text of `tools/mod.ts`: one line for each tool, by name. */
export function toolIndex(names: readonly string[]): string {
  return names.toSorted()
    .map((name) => `export { default as ${name} } from "./${name}.ts";\n`).join("");
}
