import assert from "node:assert/strict";
import type { Command } from "commander";
import { processIo } from "../../lib/cli/io.ts";
import { createProgram } from "../../lib/cli/mod.ts";
import { asFile, ENVIRONMENT_NAMES, loadConfig } from "../../lib/config/config.ts";
import { drawPicture, PICTURES } from "../picture.ts";
import {
  anchorOf,
  blocksOf,
  type DocumentName,
  DOCUMENTS,
  linksOf,
  pathOf,
  readDocument,
  rowsOf,
  sectionsOf,
} from "../support/documents.ts";

const ROOT = new URL("../../", import.meta.url);
const LANGUAGES = ["en", "tr"] as const;

interface Document {
  readonly name: DocumentName;
  readonly language: typeof LANGUAGES[number];
  /** From the root of the checkout. */
  readonly path: string;
  readonly text: string;
}

const ALL: Document[] = await Promise.all(
  DOCUMENTS.flatMap((name) =>
    LANGUAGES.map(async (language) => ({
      name,
      language,
      path: pathOf(name, language),
      text: await readDocument(name, language),
    }))
  ),
);

function documentsNamed(name: DocumentName): Document[] {
  return ALL.filter((document) => document.name === name);
}

/** The text below a heading of a document in both languages; it is given by the English heading. */
function sectionNamed(name: DocumentName, title: string): [Document, string][] {
  const documents = documentsNamed(name);
  const at = sectionsOf(documents[0]?.text ?? "").findIndex((section) => section.title === title);
  assert.notEqual(at, -1, `${name} has no section ${title}`);
  return documents.map((document) => [document, sectionsOf(document.text)[at]?.body ?? ""]);
}

Deno.test("each Turkish document has the headings, tables, examples and links of the English one", async (t) => {
  const shapeOf = ({ text }: Document) =>
    sectionsOf(text).map(({ level, body }) => ({
      level,
      blocks: blocksOf(body),
      rows: rowsOf(body).length,
      items: body.match(/^ *(?:-|\d\.) /gm)?.length ?? 0,
      links: linksOf(body).map(({ path, anchor }) => [
        path.replace(".tr.", "."),
        anchor === "",
      ]).filter(([path]) => path !== "README.md"),
    }));
  for (const name of DOCUMENTS) {
    await t.step(name, () => {
      const [english, turkish] = documentsNamed(name);
      assert.ok(english && turkish);
      assert.deepEqual(shapeOf(turkish), shapeOf(english));
    });
  }
});

/** Where a link of a document leads, from the root of the checkout. */
function targetOf({ path }: Document, link: string): string {
  return link === "" ? path : new URL(link, new URL(path, ROOT)).href.slice(ROOT.href.length);
}

Deno.test("every link and anchor of the documents leads somewhere, in the document's own language", async () => {
  for (const document of ALL) {
    for (const { path, anchor } of linksOf(document.text)) {
      const target = targetOf(document, path);
      const from = `${document.path} links to ${path}#${anchor}`;
      assert.ok(await Deno.stat(new URL(target, ROOT)).then(() => true, () => false), from);
      const other = ALL.find((candidate) => candidate.path === target);
      if (other === undefined) continue;
      assert.ok(other.language === document.language || other.name === document.name, from);
      const anchors = sectionsOf(other.text).map(({ title }) => anchorOf(title));
      assert.ok(anchor === "" || anchors.includes(anchor), `${from}: ${anchors.join(" ")}`);
    }
  }
});

Deno.test("every document is reached from the README of its language and leads back to it", () => {
  for (const language of LANGUAGES) {
    const [readme, ...others] = ALL.filter((document) => document.language === language);
    assert.ok(readme?.name === "README");
    const linked = linksOf(readme.text).map(({ path }) => targetOf(readme, path));
    for (const document of others) {
      assert.ok(linked.includes(document.path), `${readme.path} does not link to ${document.path}`);
      const targets = linksOf(document.text).map(({ path }) => targetOf(document, path));
      const translation = ALL.find(({ name, path }) =>
        name === document.name && path !== document.path
      );
      assert.ok(targets.includes(readme.path), `${document.path} leads back`);
      assert.ok(targets.includes(translation?.path ?? ""), `${document.path} has its translation`);
    }
  }
});

Deno.test("the documents are the ones that the tests know", async () => {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(new URL("docs/", ROOT))) {
    if (name.endsWith(".md")) files.push(`docs/${name}`);
  }
  const known = ALL.map(({ path }) => path).filter((path) => path.startsWith("docs/"));
  assert.deepEqual(files.toSorted(), known.toSorted());
});

Deno.test("the README is a page, and no document is a book", () => {
  for (const { name, path, text } of ALL) {
    // Tables that follow from the program are looked up, not read.
    const written = text.replace(/<!-- (\w+):begin -->[^]*?<!-- \1:end -->/g, "");
    const lines = written.split("\n").length;
    assert.ok(lines <= (name === "README" ? 220 : 400), `${path} has ${lines} lines`);
  }
});

Deno.test("what is generated stands in its document, once", () => {
  const holds = (part: RegExp) =>
    ALL.filter(({ text }) => (text.match(part) ?? []).length > 0).map(({ path }) => path);
  assert.deepEqual(holds(/^<!-- config:begin -->$/m), [
    "docs/configuration.md",
    "docs/configuration.tr.md",
  ]);
  assert.deepEqual(holds(/^<!-- tools:begin -->$/m), ["docs/tools.md", "docs/tools.tr.md"]);
  for (const { text } of documentsNamed("docs/tokens")) {
    const roles = text.match(/(?<=^pveum role add )MCP-\w+/gm);
    assert.deepEqual(roles, ["MCP-user", "MCP-write", "MCP-admin"]);
  }
});

/** The config without anything that need not be given, by key; paths as they stand in the file. */
async function loadedDefaults(): Promise<(key: string) => unknown> {
  const file = "/etc/site/config.json";
  const auth = { user: "a@pve", token_name: "a", token_value: "a" };
  const load = (server: Record<string, unknown>) => {
    const backup_servers = { name: { host: "a", ...auth } };
    const text = JSON.stringify({ proxmox: { host: "a" }, auth, server, backup_servers });
    return loadConfig({ file, env: () => undefined, readFile: () => Promise.resolve(text) });
  };
  const bare = await load({});
  // This section is none by default, and its keys have theirs once it is there.
  const issuer = "https://id.example";
  const { oauth } = (await load({ public_url: "https://mcp.example", oauth: { issuer } })).server;
  const loaded = { ...asFile(bare), server: { ...bare.server, oauth: { ...oauth, issuer: null } } };
  return (key) => {
    const value = key.replace("NAME", "name").split(".").reduce<unknown>(
      (at, name) => (at as Record<string, unknown> | null)?.[name],
      loaded,
    );
    if (typeof value === "string") return value.replace("/etc/site/", "");
    return typeof value === "object" && value !== null && "source" in value ? value.source : value;
  };
}

Deno.test("the config table tells the defaults that are loaded", async () => {
  const named = ["host", "user", "token_name", "token_value"];
  const required = [
    "proxmox.host",
    ...named.slice(1).map((key) => `auth.${key}`),
    ...named.map((key) => `backup_servers.NAME.${key}`),
  ];
  const loaded = await loadedDefaults();
  for (const [{ path, language }, body] of sectionNamed("docs/configuration", "Every key")) {
    const none = language === "en" ? "none" : "yok";
    for (const [keys = "", shown = ""] of rowsOf(body)) {
      for (const [, key = ""] of keys.matchAll(/`([^`]+)`/g)) {
        const value = loaded(key) ?? null;
        if (required.includes(key)) assert.match(shown, /^(required|zorunlu)$/, key);
        else if (key === "proxmox.hosts" || value === null) assert.equal(shown, none, key);
        else assert.equal(shown, `\`${JSON.stringify(value)}\``, `${path}: default of ${key}`);
      }
    }
  }
});

Deno.test("the documents name every environment variable that is read, and no other", () => {
  for (const [{ path }, body] of sectionNamed("docs/configuration", "Environment")) {
    for (const variable of ENVIRONMENT_NAMES) {
      assert.ok(body.includes(`\`${variable}\``), `${path}: ${variable}`);
    }
  }
  for (const { path, text } of ALL) {
    for (const [variable] of text.matchAll(/\b(?:PROXMOX|MCP_HTTP|HTTP)_[A-Z_]+\b/g)) {
      assert.ok(ENVIRONMENT_NAMES.includes(variable), `${path}: ${variable}`);
    }
  }
});

function leaves(command: Command, path: readonly string[] = []): [string, Command][] {
  if (command.commands.length === 0) return [[path.join(" "), command]];
  return command.commands.flatMap((child) => leaves(child, [...path, child.name()]));
}

Deno.test("the command table names every command with every option of its own", () => {
  const program = createProgram({ io: processIo(), version: "0.0.0", setStatus: () => {} });
  const everywhere = ["--config", "--debug"];
  const ofServe = ["--host", "--log-file", "--path", "--port"];
  const takesServe = ["check", "flags", "unit"];
  const expected = leaves(program).map(([path, { options }]) => {
    const own = options.map((option) => option.long ?? "").filter((name) => name !== "");
    return [path, own.filter((name) => !everywhere.includes(name)).toSorted()] as const;
  });
  for (const [{ path: name }, body] of sectionNamed("docs/operations", "Commands")) {
    const rows = rowsOf(body).filter(([first = ""]) => !first.includes("deno "));
    const shown = rows.map((cells) => {
      const path = cells[0]?.match(/^`([a-z]+(?: [a-z-]+)?)/)?.[1] ?? "";
      const options = cells.join(" ").match(/--[a-z][a-z-]*/g) ?? [];
      return [path, [...new Set(options)].toSorted()] as const;
    });
    const sorted = (list: readonly (readonly [string, string[]])[]) =>
      Object.fromEntries(list.toSorted(([a], [b]) => a < b ? -1 : 1));
    assert.deepEqual(
      sorted(shown),
      sorted(
        expected.map(([path, options]) =>
          takesServe.includes(path)
            ? [path, options.filter((option) => !ofServe.includes(option))]
            : [path, options]
        ),
      ),
      name,
    );
  }
});

Deno.test("the pictures are what a run draws, small, and told in words", async () => {
  for (const language of LANGUAGES) {
    const drawn = await drawPicture(language);
    const committed = await Deno.readTextFile(new URL(PICTURES[language], ROOT));
    assert.equal(committed, drawn, `${PICTURES[language]} is stale: run deno task picture`);
    assert.ok(new TextEncoder().encode(drawn).length < 20_000);
    assert.match(drawn, /<title id="title">.+<\/title>\n<desc id="description">.*start_vm/s);
    assert.doesNotMatch(drawn, /(?:href|src|url\()/);
    const [readme] = documentsNamed("README").filter((document) => document.language === language);
    assert.ok(linksOf(readme?.text ?? "").some(({ path }) => path === PICTURES[language]));
  }
});
