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

/** Words that say nothing of a tool. */
const SMALL = new Set(
  "a all an and any are as at be by can did do doe for from has have how i in is it its me more my not of on or our please than that the their then there these thi to was we what when where which why with you"
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
    query: z.string().min(1).max(200).describe("Words such as firewall rule"),
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
    const found = ranked(all, wordsOf(query).filter((word) => !SMALL.has(word)));
    return {
      tools: found.slice(0, limit).map(({ name, title, scope, description, takes }) => ({
        name,
        title,
        scope,
        description,
        takes: takes.join(", "),
      })),
      total: found.length,
      ...(found.length > 0 ? {} : {
        warnings: [
          `none of the ${all.length} tools that you may call fits: try other words${
            all.some(({ name }) => name === API) ? `, or ${API} for Proxmox's own API` : ""
          }`,
        ],
      }),
    };
  },
});

/** The tools that fit one of the words, best first: a word that fits few of them weighs more. */
function ranked(tools: readonly ToolEntry[], words: readonly string[]): ToolEntry[] {
  const places = tools.map((tool) =>
    PLACES.map(([weight, textOf]) => ({ weight, words: wordsOf(textOf(tool)) }))
  );
  const scores = [...new Set(words)].map((word) => {
    const fits = places.map((place) => fitOf(word, place));
    const rarity = Math.log(1 + tools.length / fits.filter((fit) => fit > 0).length);
    return fits.map((fit) => fit === 0 ? 0 : fit * rarity);
  });
  return tools.map((tool, at) => ({
    tool,
    score: scores.reduce((sum, of) => sum + (of[at] ?? 0), 0),
  }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ tool }) => tool);
}

/** The words of a text, without the ending of a plural. */
function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[a-z]+/g) ?? [])
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
