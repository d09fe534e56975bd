/** Every document for users, in reading order, without what tells its language. */
export const DOCUMENTS = [
  "README",
  "docs/clients",
  "docs/configuration",
  "docs/tools",
  "docs/tokens",
  "docs/sign-in",
  "docs/security",
  "docs/operations",
  "docs/fleet",
  "docs/scale",
  "docs/http",
  "docs/troubleshooting",
  "docs/developing",
] as const;

export type DocumentName = typeof DOCUMENTS[number];

const ROOT = new URL("../../", import.meta.url);

/** Where a document lies, from the root of the checkout. */
export function pathOf(name: DocumentName, language: "en" | "tr"): string {
  return language === "tr" ? `${name}.tr.md` : `${name}.md`;
}

/** The text of a document. */
export function readDocument(name: DocumentName, language: "en" | "tr" = "en"): Promise<string> {
  return Deno.readTextFile(new URL(pathOf(name, language), ROOT));
}

/** A fenced code block of a Markdown text. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks in order, without the indentation of a list that they stand in. */
export function blocksOf(markdown: string): Block[] {
  const fences = markdown.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm);
  return [...fences].map(([, indent = "", language = "", text = ""]) => ({
    language,
    text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** A heading and what stands below it, up to the next heading of any level. */
export interface Section {
  readonly level: number;
  readonly title: string;
  readonly body: string;
}

/** The sections in order; a line in a code block is no heading. */
export function sectionsOf(markdown: string): Section[] {
  const sections: { level: number; title: string; body: string }[] = [];
  let fenced = false;
  for (const line of markdown.split("\n")) {
    if (/^ *```/.test(line)) fenced = !fenced;
    const [, marks, title = ""] = fenced ? [] : /^(#{1,6}) +(.+)$/.exec(line) ?? [];
    if (marks !== undefined) sections.push({ level: marks.length, title, body: "" });
    else if (sections.length > 0) sections.at(-1)!.body += `${line}\n`;
  }
  return sections;
}

export interface Link {
  /** Path as it stands there; empty for one within the document. */
  readonly path: string;
  readonly anchor: string;
}

/** The links to other documents and within this one, pictures too; those in code are none. */
export function linksOf(markdown: string): Link[] {
  const prose = markdown.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, "").replaceAll(/`[^`]+`/g, "");
  return [...prose.matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)]
    .map(([, path = "", anchor = ""]) => ({ path, anchor }));
}

/** What leads to a heading after `#`, as GitHub makes it. */
export function anchorOf(title: string): string {
  return title.toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "").replaceAll(" ", "-");
}

/** The cells of the rows of all tables; the heads are left out. */
export function rowsOf(markdown: string): string[][] {
  const rows = [...markdown.matchAll(/^\|(.+)\|$/gm)].map(([, row = ""]) =>
    row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"))
  );
  return rows.filter((_, at) => !isHead(rows, at));
}

function isHead(rows: readonly string[][], at: number): boolean {
  const isRule = (row: readonly string[] | undefined) =>
    row !== undefined && row.every((cell) => /^:?-+:?$/.test(cell));
  return isRule(rows[at]) || isRule(rows[at + 1]);
}

export interface ScriptOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a script as a reader would who pastes it into a terminal; the first failure ends it. */
export async function runScript(
  script: string,
  { cwd, env = {} }: ScriptOptions,
): Promise<{ status: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-e", "-o", "pipefail", "-c", script],
    cwd,
    env: { ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
  return { status: code, out: text(stdout), err: text(stderr) };
}

/** Makes every curl in scripts run in this folder fail on an HTTP error and end its output with a line break. */
export async function strictCurl(folder: string): Promise<Record<string, string>> {
  await Deno.writeTextFile(
    `${folder}/.curlrc`,
    'silent\nshow-error\nfail-with-body\nwrite-out = "\\n"\n',
  );
  return { CURL_HOME: folder };
}

/** Whether a program is on the PATH. */
export function has(program: string): boolean {
  const args = ["-c", `command -v ${program}`];
  return new Deno.Command("bash", { args, stdout: "null", stderr: "null" }).outputSync().success;
}
