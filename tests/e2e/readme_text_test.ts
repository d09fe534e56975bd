import assert from "node:assert/strict";
import type { Command } from "commander";
import { processIo } from "../../lib/cli/io.ts";
import { createProgram } from "../../lib/cli/mod.ts";
import { ENVIRONMENT_NAMES, loadConfig } from "../../lib/config/config.ts";
import { blocksOf, headingsOf, rowsUnder } from "../support/documents.ts";

const ROOT = new URL("../../", import.meta.url);
const ENGLISH = await Deno.readTextFile(new URL("README.md", ROOT));
const TURKISH = await Deno.readTextFile(new URL("README.tr.md", ROOT));
const BOTH = [["README.md", ENGLISH], ["README.tr.md", TURKISH]] as const;

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

/** The config without anything that need not be given, by key; paths as they stand in the file. */
async function loadedDefaults(): Promise<(key: string) => unknown> {
  const file = "/etc/site/config.json";
  const auth = { user: "a@pve", token_name: "a", token_value: "a" };
  const readFile = () => Promise.resolve(JSON.stringify({ proxmox: { host: "a" }, auth }));
  const loaded = await loadConfig({ file, env: () => undefined, readFile });
  return (key) => {
    const value = key.split(".").reduce<unknown>(
      (at, name) => (at as Record<string, unknown> | null)?.[name],
      loaded,
    );
    if (typeof value === "string") return value.replace("/etc/site/", "");
    return typeof value === "object" && value !== null && "source" in value ? value.source : value;
  };
}

Deno.test("the config table tells the defaults that are loaded", async () => {
  const required = ["proxmox.host", "auth.user", "auth.token_name", "auth.token_value"];
  const loaded = await loadedDefaults();
  for (const [name, text] of BOTH) {
    const heading = headingsOf(text).filter(({ level }) => level === 2)[CONFIGURATION]?.text;
    const none = name === "README.md" ? "none" : "yok";
    for (const [keys = "", shown = ""] of rowsUnder(text, `## ${heading}`)) {
      for (const [, key = ""] of keys.matchAll(/`([^`]+)`/g)) {
        const value = loaded(key) ?? null;
        if (required.includes(key)) assert.match(shown, /^(required|zorunlu)$/, key);
        else if (key === "proxmox.hosts" || value === null) assert.equal(shown, none, key);
        else assert.equal(shown, `\`${JSON.stringify(value)}\``, `${name}: default of ${key}`);
      }
    }
  }
});

Deno.test("the READMEs name every environment variable that is read", () => {
  for (const [name, text] of BOTH) {
    for (const variable of ENVIRONMENT_NAMES) {
      assert.ok(text.includes(`\`${variable}\``), `${name}: ${variable}`);
    }
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
