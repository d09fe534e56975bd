import assert from "node:assert/strict";
import { renderText } from "../../lib/mcp/text/render.ts";
import { scalarText } from "../../lib/mcp/text/scalar.ts";
import type { AnyTool } from "../../lib/tool/tool.ts";

type Json = Record<string, unknown>;

/** Checks that the text of an answer tells all that its value holds: each name, and each scalar as often as it is there. */
export function assertToldAsText(tool: AnyTool, value: Json): void {
  const verbatim: readonly string[] = tool.verbatim ?? [];
  const text = renderText(value, verbatim);
  let left = text;
  const shown = Object.entries(value).filter(([name, member]) => {
    if (!verbatim.includes(name) || typeof member !== "string") return true;
    if (member === "") return true;
    const whole = `\`\`\`\n${member}`;
    assert.ok(text.includes(whole), `${tool.name}: ${name} is not whole in\n${text}`);
    left = left.replace(whole, () => "");
    return false;
  });
  const leaves = leavesOf(Object.fromEntries(shown));
  for (const { name } of leaves) {
    assert.ok(text.includes(name), `${tool.name}: ${name} is not named in\n${text}`);
  }
  const forms = leaves.map(({ name, value }) => ({ name, either: formsOf(name, value) }))
    .toSorted(({ either: [a = ""] }, { either: [b = ""] }) => b.length - a.length);
  // What many rows have in common is told once, above them.
  const inAll = left.match(/^ *all rows: .*/gm) ?? [];
  left = left.replace(/^ *all rows: .*/gm, "");
  for (const { name, either } of forms) {
    const lifted = (form: string) => name === "" ? `${form}=` : `${name}=${form}`;
    const told = either.some((form) => inAll.some((line) => line.includes(lifted(form))));
    if (told) continue;
    const found = either.map((form) => standing(form).exec(left)).find((match) => match !== null);
    assert.ok(found, `${tool.name}: ${either[0]} is missing in\n${text}`);
    left = left.slice(0, found.index) + "\0" + left.slice(found.index + found[0].length);
  }
}

/** How a scalar may be written: as it reads, or as a JSON string that has no separator in it. */
function formsOf(name: string, value: unknown): string[] {
  const read = scalarText(name, value);
  const json = JSON.stringify(read);
  return [read, json, ...["|", ",", ":", ",|"].map((separators) => escaped(json, separators))];
}

function escaped(json: string, separators: string): string {
  return [...json].map((character) =>
    separators.includes(character)
      ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
      : character
  ).join("");
}

/** The form where a value stands: a whole cell, line or item. */
function standing(form: string): RegExp {
  const literal = form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<=^[ -]*|[|]|, |: )${literal}(?=$|[|]|, )`, "m");
}

interface Leaf {
  readonly name: string;
  readonly value: unknown;
}

function leavesOf(value: unknown, name = ""): Leaf[] {
  if (typeof value !== "object" || value === null) return [{ name, value }];
  if (Array.isArray(value)) return value.flatMap((member) => leavesOf(member, name));
  const { columns, rows, ...others } = value as Json;
  const isNamed = Array.isArray(columns) && Array.isArray(rows) && rows.length > 0;
  if (!isNamed) return Object.entries(value).flatMap(([key, member]) => leavesOf(member, key));
  const cells = rows.flatMap((row: unknown[]) =>
    row.flatMap((cell, at) => leavesOf(cell, String(columns[at])))
  );
  return [
    ...leavesOf(columns, "columns").map(({ value }) => ({ name: "", value })),
    ...cells,
    ...leavesOf(others),
  ];
}
