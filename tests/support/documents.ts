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

export interface Heading {
  readonly level: number;
  readonly text: string;
}

/** The headings in order; a line in a code block is none. */
export function headingsOf(markdown: string): Heading[] {
  const prose = markdown.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, "");
  return [...prose.matchAll(/^(#{1,6}) +(.+)$/gm)].map(([, marks = "", text = ""]) => ({
    level: marks.length,
    text,
  }));
}

/** The cells of the table rows below a heading, up to the next heading; the head is left out. */
export function rowsUnder(markdown: string, heading: string): string[][] {
  const after = markdown.slice(markdown.indexOf(`\n${heading}\n`) + heading.length + 1);
  const section = after.split(/^#{1,6} /m)[0] ?? "";
  const rows = [...section.matchAll(/^\|(.+)\|$/gm)].map(([, row = ""]) =>
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
