import { Site } from "./site.ts";
import { COLUMNS, drawCard, type Line } from "./support/card.ts";

/** A Monday morning; the simulated cluster's data hang on it. */
const NOW = Date.UTC(2026, 0, 5, 9);

const WORDS = {
  en: {
    title: "A conversation about a simulated cluster",
    asked: [
      "What needs attention?",
      "Start db1. First show me what you would send.",
      "Go ahead.",
    ],
    more: "more like these",
  },
  tr: {
    title: "Benzetimi yapılan bir küme üzerine bir konuşma",
    asked: [
      "Neyle ilgilenmek gerekiyor?",
      "db1'i başlat. Önce ne göndereceğini göster.",
      "Başlat.",
    ],
    more: "tane daha",
  },
} as const;

export type Language = keyof typeof WORDS;

/** Where the picture of a language lies, from the root of the checkout. */
export const PICTURES: Readonly<Record<Language, string>> = {
  en: "docs/demo.svg",
  tr: "docs/demo.tr.svg",
};

/** Asks the server of the demo and draws what it answered, the same each time. */
export async function drawPicture(language: Language): Promise<string> {
  await using site = await Site.start({ pve: { now: () => NOW }, now: () => new Date(NOW) });
  const { title, asked: [attention, start, go], more } = WORDS[language];
  const lines = [
    ...await ask(site, {
      asked: attention,
      tool: "get_attention",
      shown: (value) => findings(value, more),
    }),
    [],
    ...await ask(site, {
      asked: start,
      tool: "start_vm",
      args: { vmid: "db1", dry_run: true },
      shown: plan,
    }),
    [],
    ...await ask(site, { asked: go, tool: "start_vm", args: { vmid: "db1" }, shown: outcome }),
  ];
  const description = lines.map((line) => line.map(([, text]) => text).join("")).join("\n");
  return drawCard(lines, { title, description });
}

// deno-lint-ignore no-explicit-any -- each `shown` knows the answer of its tool
type Answer = any;

/** A question, the call that an assistant makes of it, and the answer in lines. */
async function ask(
  site: Site,
  { asked, tool, args = {}, shown }: {
    asked: string;
    tool: string;
    args?: Record<string, unknown>;
    shown: (answer: Answer) => Line[];
  },
): Promise<Line[]> {
  const { isError, text, value } = await site.call(tool, args);
  if (isError) throw new Error(text);
  return [
    [["dim", "› "], ["asked", asked]],
    [["dim", "→ "], ["call", tool], ["dim", ` ${JSON.stringify(args)}`]],
    ...shown(value),
  ];
}

/** The first of each severity, and how many more there are. */
function findings(answer: Answer, more: string): Line[] {
  const all: Record<string, string>[] = answer.findings;
  return [...Map.groupBy(all, ({ severity }) => severity)].flatMap(([severity = "", rows]) => [
    ...rows.slice(0, EACH).map(({ where = "", what }): Line => {
      const start = `  ${severity.padEnd(9)}`;
      const style = severity === "info" ? "info" : "warning";
      return [[style, start], ["plain", cut(`${where.padEnd(22)}${what}`, start)]];
    }),
    ...rows.length > EACH
      ? [[["dim", `  ${"".padEnd(9)}+ ${rows.length - EACH} ${more}`]] satisfies Line]
      : [],
  ]);
}

const EACH = 2;

function cut(text: string, before: string): string {
  const room = COLUMNS - before.length;
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

function plan({ dry_run: { requests, checks } }: Answer): Line[] {
  return [
    ...requests.map(({ method, path }: Record<string, string>): Line => [
      ["plain", `  ${method} ${path}`],
    ]),
    checks.flatMap(({ check, ok }: { check: string; ok: boolean }) => [
      [ok ? "good" : "warning", ok ? "  ✓ " : "  ✗ "],
      ["dim", check],
    ]),
  ];
}

function outcome({ name, guest_status: status, upid }: Answer): Line[] {
  return [[["good", `  ✓ ${name} ${status}`], ["dim", `  ${upid}`]]];
}

/** `deno task picture`: draws the pictures of both READMEs anew. */
if (import.meta.main) {
  for (const language of ["en", "tr"] as const) {
    const file = new URL(`../${PICTURES[language]}`, import.meta.url);
    await Deno.writeTextFile(file, await drawPicture(language));
  }
}
