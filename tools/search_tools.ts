import * as z from "zod";
import type { ToolEntry } from "../lib/tool/directory.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

/** Words that say the same of what tools do. */
const SAME: readonly (readonly string[])[] = [
  ["add", "create", "make", "new"],
  ["address", "ip"],
  ["attention", "problem", "wrong"],
  ["audit", "who"],
  ["backed", "backup", "coverage", "unprotected"],
  ["change", "configure", "edit", "rename", "set", "update"],
  ["clone", "copy", "duplicate"],
  ["command", "exec", "execute", "run"],
  ["container", "ct", "lxc"],
  ["delete", "destroy", "remove"],
  ["disk", "drive", "volume"],
  ["enlarge", "extend", "grow", "resize"],
  ["firewall", "port"],
  ["free", "space", "storage"],
  ["guest", "machine", "vm"],
  ["history", "log", "task"],
  ["interface", "net", "network", "nic", "vlan"],
  ["memory", "ram"],
  ["metric", "slow", "usage"],
  ["migrate", "move"],
  ["permission", "privilege", "right"],
  ["reboot", "restart"],
  ["shutdown", "off", "stop"],
];

/** What finds all that no tool does. */
const API = "search_api";

/** Shorter ones are what is left of words such as `won't`. */
const LEAST_LETTERS = 3;

/** Words that say nothing of a tool. */
const SMALL = new Set(
  "a all an and any are as at be by can did do doe doesn doesnt don for from has have how i in is isn it its me more my not of on or our please than that the their then there these thi to was we what when where which why with won you"
    .split(" "),
);

/** What a word weighs, by where it stands. */
const PLACES: readonly [weight: number, textOf: (tool: ToolEntry) => string][] = [
  [4, ({ name }) => name],
  [2, ({ title }) => title],
  [1, ({ description, takes }) => `${description} ${takes.join(" ")}`],
];

export default defineTool({
  name: "search_tools",
  title: "Find tools that are not listed",
  description: "Finds tools by what they do, best first; describe_tool and call_tool go on.",
  scope: "user",
  toolsets: ["core"],
  leadsToOthers: true,
  hints: READS,
  subject: "guest",
  across: "none",
  privileges: [],
  input: z.strictObject({
    query: z.string().min(1).max(200).describe("English words such as firewall rule"),
    limit: z.int().min(1).max(50).default(8),
  }),
  output: z.object({
    tools: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        scope: z.string(),
        description: z.string(),
        takes: z.string().describe("Its arguments; ? may be left out"),
      }),
    ),
    total: z.int(),
    warnings: z.array(z.string()).optional(),
  }),
  action: () => "search the tools",
  run: async ({ query, limit }, { tools }) => {
    const all = await tools.callable();
    const words = [...new Set(wordsOf(query).filter((word) => !SMALL.has(word)))];
    const { found, strange } = ranked(all, words);
    const told = strange.filter((word) => word.length >= LEAST_LETTERS);
    const state = found.length === 0
      ? `none of the ${all.length} tools that you may call fits`
      : `no tool that you may call is about ${told.join(", ")}`;
    const off = tools.switchedOff();
    const [best] = off.length === 0 ? [] : ranked([...all, ...off], words).found;
    const warnings = [
      ...(found.length > 0 && told.length === 0 ? [] : [
        `${state}: try other English words${
          all.some(({ name }) => name === API) ? `, or ${API} for Proxmox's own API` : ""
        }`,
      ]),
      ...(best === undefined || !off.includes(best)
        ? []
        : [`${best.name} fits best, and is switched off in this server's configuration`]),
    ];
    return {
      tools: found.slice(0, limit).map(({ name, title, scope, description, takes }) => ({
        name,
        title,
        scope,
        description,
        takes: takes.join(", "),
      })),
      total: found.length,
      ...(warnings.length === 0 ? {} : { warnings }),
    };
  },
});

/**
 * The tools that fit one of the words, best first, and the words that fit none: a word that fits few of them
 * weighs more.
 */
function ranked(
  tools: readonly ToolEntry[],
  words: readonly string[],
): { readonly found: readonly ToolEntry[]; readonly strange: readonly string[] } {
  const places = tools.map((tool) =>
    PLACES.map(([weight, textOf]) => ({ weight, words: wordsOf(textOf(tool)) }))
  );
  const fitsOf = words.map((word) => places.map((place) => fitOf(word, place)));
  const scores = fitsOf.map((fits) => {
    const rarity = Math.log(1 + tools.length / fits.filter((fit) => fit > 0).length);
    return fits.map((fit) => fit === 0 ? 0 : fit * rarity);
  });
  const found = tools.map((tool, at) => ({
    tool,
    score: scores.reduce((sum, of) => sum + (of[at] ?? 0), 0),
  }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ tool }) => tool);
  const strange = words.filter((_, at) => fitsOf[at]?.every((fit) => fit === 0));
  return { found, strange };
}

/** The words of a text, without the ending of a plural. */
function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/\p{L}+/gu) ?? [])
    .map((word) => word.length > 2 ? word.replace(/([^s])s$/, "$1") : word);
}

/** How well a word, or half as well one that says the same, fits what stands in the places. */
function fitOf(
  asked: string,
  places: readonly { readonly weight: number; readonly words: readonly string[] }[],
): number {
  const best = (word: string) =>
    Math.max(...places.map(({ weight, words }) => weight * likeness(word, words)));
  const others = SAME.filter((words) => words.includes(asked)).flat().map(best);
  return Math.max(best(asked), ...others.map((fit) => fit / 2));
}

/** 1 for a word that stands there, less for one that begins with it or the other way round. */
function likeness(word: string, words: readonly string[]): number {
  if (words.includes(word)) return 1;
  const begins = (long: string, short: string) => short.length > 3 && long.startsWith(short);
  return words.some((other) => begins(other, word) || begins(word, other)) ? 0.7 : 0;
}
