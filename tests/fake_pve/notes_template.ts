import { refuse } from "./errors.ts";

const VARIABLE = /\{\{([^\s{}]+)\}\}/g;
const KNOWN = /^(?:cluster|guestname|node|vmid)$/;

/** Refuses what `verify_notes_template` of `PVE::VZDump` does. */
export function verifyNotesTemplate(template: unknown): void {
  const text = String(template ?? "");
  if (text.includes("\n")) refuse({ "notes-template": "contains a line feed\n" });
  const strange = [
    ...[...text.matchAll(/\\(.)/g)].filter(([, char]) => !/^[n\\]$/.test(char ?? ""))
      .map(({ 1: char, index }) => `escape sequence '\\${char}' at char ${index}`),
    ...[...text.matchAll(VARIABLE)].filter(([, name]) => !KNOWN.test(name ?? ""))
      .map(({ 1: name, index }) => `variable '${name}' at char ${index + 4}`),
  ];
  if (strange.length) refuse({ "notes-template": `found unknown: ${strange.join(", ")}\n` });
}

/** The notes that a template makes (`generate_notes`). */
export function notesOf(template: string, info: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\\(.)/g, (_, char: string) => char === "n" ? "\n" : char)
    .replaceAll(VARIABLE, (whole, name: string) => info[name] ?? whole);
}
