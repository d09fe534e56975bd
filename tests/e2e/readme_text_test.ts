import assert from "node:assert/strict";
import type { Command } from "commander";
import { processIo } from "../../lib/cli/io.ts";
import { createProgram } from "../../lib/cli/mod.ts";
import { toolsMarkdown } from "../../lib/cli/tools.ts";
import { ENVIRONMENT_NAMES } from "../../lib/config/config.ts";
import { isSection } from "../../lib/config/keys.ts";
import { CONFIG_KEYS } from "../../lib/config/schema.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { blocksOf, headingsOf, rowsUnder } from "../support/documents.ts";

const ROOT = new URL("../../", import.meta.url);
const ENGLISH = await Deno.readTextFile(new URL("README.md", ROOT));
const TURKISH = await Deno.readTextFile(new URL("README.tr.md", ROOT));
const BOTH = [["README.md", ENGLISH], ["README.tr.md", TURKISH]] as const;

Deno.test("the tool table is the one that the program writes", () => {
  for (const [name, text] of BOTH) {
    const table = text.match(/<!-- tools:begin -->\n([\s\S]*?)\n<!-- tools:end -->/)?.[1];
    assert.equal(
      table,
      toolsMarkdown(TOOLS),
      `${name} is stale: put the output of \`deno run -A main.ts tools --markdown\` between ` +
        "<!-- tools:begin --> and <!-- tools:end -->",
    );
  }
});

Deno.test("the Turkish README has the headings, tables and examples of the English one", () => {
  const levels = (text: string) => headingsOf(text).map(({ level }) => level);
  assert.deepEqual(levels(TURKISH), levels(ENGLISH));
  assert.deepEqual(blocksOf(TURKISH), blocksOf(ENGLISH));
  const rows = (text: string) =>
    headingsOf(text).map(({ level, text: title }) =>
      rowsUnder(text, `${"#".repeat(level)} ${title}`).length
    );
  assert.deepEqual(rows(TURKISH), rows(ENGLISH));
  const items = (text: string) => text.match(/^- /gm)?.length;
  assert.equal(items(TURKISH), items(ENGLISH));
});

Deno.test("what the READMEs link to is there", async () => {
  for (const [name, text] of BOTH) {
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      const found = await Deno.stat(new URL(target, ROOT)).then(() => true, () => false);
      assert.ok(found, `${name} links to ${target}`);
    }
  }
});

Deno.test("the config table names every key with its default, and no other", () => {
  const expected = new Map(
    CONFIG_KEYS.filter(({ schema }) => !isSection(schema)).map((key) => [key.path, key.default]),
  );
  for (const [name, text] of BOTH) {
    const heading = headingsOf(text).filter(({ level }) => level === 2)[CONFIGURATION]?.text;
    const rows = rowsUnder(text, `## ${heading}`).map(([keys = "", value = ""]) =>
      [[...keys.matchAll(/`([^`]+)`/g)].map(([, key]) => key ?? ""), value] as const
    );
    assert.deepEqual(rows.flatMap(([keys]) => keys).toSorted(), [...expected.keys()].toSorted());
    for (const [keys, shown] of rows) {
      for (const key of keys) {
        const value = shown.match(/^`(.+)`$/)?.[1];
        assert.equal(value, JSON.stringify(expected.get(key)), `${name}: default of ${key}`);
      }
    }
    for (const variable of ENVIRONMENT_NAMES) assert.ok(text.includes(`\`${variable}\``), variable);
  }
});

/** Places of sections among the headings of the second level. */
const CONFIGURATION = 5;
const COMMANDS = 6;

function leaves(command: Command, path: readonly string[] = []): [string, Command][] {
  if (command.commands.length === 0) return [[path.join(" "), command]];
  return command.commands.flatMap((child) => leaves(child, [...path, child.name()]));
}

Deno.test("the command table names every command with every option of its own", () => {
  const program = createProgram({ io: processIo(), version: "0.0.0", setStatus: () => {} });
  const everywhere = ["--config", "--debug"];
  const expected = leaves(program).map(([path, { options }]) => {
    const own = options.map((option) => option.long ?? "").filter((name) => name !== "");
    return [path, own.filter((name) => !everywhere.includes(name)).toSorted()] as const;
  });
  for (const [name, text] of BOTH) {
    const heading = headingsOf(text).filter(({ level }) => level === 2)[COMMANDS]?.text;
    const rows = rowsUnder(text, `## ${heading}`).filter(([first = ""]) =>
      !first.includes("deno ")
    );
    const shown = rows.map((cells) => {
      const path = cells[0]?.match(/^`([a-z]+(?: [a-z]+)?)/)?.[1] ?? "";
      const options = cells.join(" ").match(/--[a-z][a-z-]*/g) ?? [];
      return [path, [...new Set(options)].toSorted()] as const;
    });
    const sorted = (list: readonly (readonly [string, string[]])[]) =>
      Object.fromEntries(list.toSorted(([a], [b]) => a < b ? -1 : 1));
    const takesServe = ["--host", "--log-file", "--path", "--port"];
    assert.deepEqual(
      sorted(shown),
      sorted(
        expected.map(([path, options]) =>
          path === "serve"
            ? [path, options]
            : [path, options.filter((option) => !takesServe.includes(option))]
        ),
      ),
      name,
    );
  }
});
