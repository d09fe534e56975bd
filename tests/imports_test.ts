import assert from "node:assert/strict";

/** Who may import whom: the first rule whose folder fits a file applies to it. */
interface Rule {
  readonly files: RegExp;
  /** What the files may import, as paths from the root or bare package names. */
  readonly allowed: RegExp;
}

const PROXMOX_HELPERS = /^lib\/(proxmox\/(?:\w+\/)?\w+|tool|fields|errors|redact)\.ts$/;

const RULES: readonly Rule[] = [
  { files: /^tools\/mod\.ts$/, allowed: /^(tools\/\w+|lib\/tool)\.ts$/ },
  { files: /^tools\//, allowed: new RegExp(`^zod$|${PROXMOX_HELPERS.source}`) },
  {
    files: /^lib\/proxmox\//,
    allowed:
      /^(zod|node:\w+|lib\/(proxmox\/(?:\w+\/)?\w+|errors|fields|nearest|redact|redact_bound|redact_text|tool)\.ts)$/,
  },
  {
    files: /^lib\/auth\//,
    allowed: /^(ipaddr\.js|postgres|node:\w+|lib\/(auth\/\w+|errors|io_reason|log)\.ts)$/,
  },
  { files: /^lib\/mcp\//, allowed: /^(@modelcontextprotocol\/server|zod|lib\/(?!http|cli).+)$/ },
  {
    files: /^lib\/http\//,
    allowed: /^(hono(\/.+)?|prom-client|rate-limiter-flexible|lib\/(?!proxmox|cli).+)$/,
  },
];

/** Things that only some files may mention. */
const RESERVED: readonly { what: RegExp; only: RegExp; why: string }[] = [
  { what: /@modelcontextprotocol\//, only: /^lib\/mcp\//, why: "the MCP SDK" },
  { what: /(?<![.\w])fetch\(/, only: /^lib\/proxmox\/transport\.ts$/, why: "fetch" },
  { what: /"postgres"|"node:sqlite"/, only: /^lib\/auth\//, why: "database drivers" },
  { what: /Deno\.env\b/, only: /^lib\/config\.ts$/, why: "the environment" },
  { what: /\bconsole\./, only: /^$/, why: "the console" },
];

interface Source {
  readonly file: string;
  readonly text: string;
}

async function sources(): Promise<Source[]> {
  const found: Source[] = [];
  const visit = async (folder: string): Promise<void> => {
    for await (const entry of Deno.readDir(folder)) {
      const file = `${folder}/${entry.name}`;
      if (entry.isDirectory) await visit(file);
      else if (file.endsWith(".ts")) found.push({ file, text: await Deno.readTextFile(file) });
    }
  };
  await visit("lib");
  await visit("tools");
  return found;
}

function importsOf({ file, text }: Source): string[] {
  const base = new URL(`file:///${file}`);
  return [...text.matchAll(/^\s*(?:import|export)\b[^;]*?from\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm)]
    .map((match) => match[1] ?? match[2] ?? "")
    .map((name) => name.startsWith(".") ? new URL(name, base).pathname.slice(1) : name);
}

Deno.test("imports follow the house rules", async () => {
  const breaches: string[] = [];
  for (const source of await sources()) {
    const rule = RULES.find(({ files }) => files.test(source.file));
    if (!rule) continue;
    for (const name of importsOf(source)) {
      if (!rule.allowed.test(name)) breaches.push(`${source.file} imports ${name}`);
    }
  }
  assert.deepEqual(breaches, []);
});

Deno.test("reserved things stay where they belong", async () => {
  const breaches: string[] = [];
  for (const { file, text } of await sources()) {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    for (const { what, only, why } of RESERVED) {
      if (what.test(code) && !only.test(file)) breaches.push(`${file} uses ${why}`);
    }
    if (file.startsWith("tools/") && /\bDeno\./.test(code)) breaches.push(`${file} uses Deno`);
  }
  assert.deepEqual(breaches, []);
});

Deno.test("the product holds no module-level mutable state", async () => {
  const breaches: string[] = [];
  for (const { file, text } of await sources()) {
    if (/^(export )?(let|var) /m.test(text)) breaches.push(file);
  }
  assert.deepEqual(breaches, []);
});
