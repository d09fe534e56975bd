import type * as z from "zod";
import { ANY_NAME, describeKey, isSection, type Key, shapeOf } from "../config/keys.ts";
import { configSchema } from "../config/schema.ts";

export type Language = "en" | "tr";

const WORDS = {
  en: { head: ["Key", "Default", "Meaning"], required: "required", none: "none", or: "or" },
  tr: { head: ["Anahtar", "Varsayılan", "Anlamı"], required: "zorunlu", none: "yok", or: "ya da" },
} as const;

/** The config's keys as a Markdown table, laid out as `deno fmt` does it. */
export function configTable(language: Language): string {
  const { head } = WORDS[language];
  return alignedTable([[...head], ...rowsOf(configSchema, { language, prefix: "" })]);
}

/** One row for each key; a section that says what it means itself is one row with all of its keys. */
function rowsOf(
  schema: z.core.$ZodType,
  { language, prefix }: { language: Language; prefix: string },
): string[][] {
  return Object.entries(shapeOf(schema)).flatMap(([name, child]) => {
    const path = prefix + name;
    const key = describeKey(path, child);
    const meaning = key.facts[language];
    if (meaning === undefined && isSection(child)) {
      return rowsOf(child, { language, prefix: `${path}.` });
    }
    if (meaning === undefined) throw new Error(`${path} has no description (${language})`);
    const names = isSection(child)
      ? Object.keys(shapeOf(child)).map((own) => `${path}.${own}`)
      : [path];
    const shown = names.map((each) => `\`${each.replaceAll(ANY_NAME, "NAME")}\``).join(", ");
    return [[shown, shownDefault(key, language), meaning + variablesOf(key, language)]];
  });
}

/** The environment variables of the key, to stand behind its meaning. */
function variablesOf({ facts: { env } }: Key, language: Language): string {
  if (env === undefined) return "";
  return ` (${env.map((name) => `\`${name}\``).join(` ${WORDS[language].or} `)})`;
}

function shownDefault(key: Key, language: Language): string {
  if (key.default !== undefined && !isSection(key.schema)) {
    return `\`${JSON.stringify(key.default)}\``;
  }
  const { required, none } = WORDS[language];
  return key.facts.required || !key.schema.safeParse(undefined).success ? required : none;
}

/** A Markdown table, laid out as `deno fmt` does it. */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}
