import assert from "node:assert/strict";

/**
 * What the files of a folder (or one file) may import besides their own folder: folders and files of
 * the house, and packages. Rows stand from the top of the house to its bottom, and each names only
 * rows below it; the row that names a file most closely is the one that counts. A package that one row
 * names belongs to that folder alone.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["lib/cli"],
  "lib/build": [
    ...["lib/cli", "lib/tool", "lib/sandbox", "lib/config", "lib/errors.ts"],
    ...["commander", "fflate", "modern-tar", "zod", "deno.json"],
    ...["node:crypto", "node:path", "node:url", "node:util", "node:zlib"],
  ],
  "lib/cli": [
    ...[
      "lib/server.ts",
      "lib/stdio.ts",
      "lib/parts.ts",
      "lib/http/certificate.ts",
      "lib/http/pages/passkey/challenges.ts",
      "lib/mcp/tools.ts",
      "lib/tool",
      "lib/pbs",
      "lib/proxmox",
      "lib/upstream",
      "lib/oauth",
      "lib/sandbox",
      "lib/config",
    ],
    ...["lib/auth", "lib/audit", "lib/database", "lib/log", "lib/nearest.ts", "lib/errors.ts"],
    ...["lib/http/bind.ts", "lib/siblings", "lib/command.ts", "lib/record.ts", "lib/times.ts"],
    ...[
      "lib/tracing.ts",
      "deno.json",
      "commander",
      "node:crypto",
      "node:dns",
      "node:fs",
      "node:net",
      "node:os",
      "node:path",
    ],
    ...["node:process", "node:tls", "node:url"],
  ],
  "lib/server.ts": [
    ...["lib/parts.ts", "lib/siblings", "lib/http", "lib/mcp", "lib/pbs", "lib/oauth"],
    ...["lib/config", "lib/auth", "lib/audit"],
    ...["lib/database", "lib/abort.ts", "lib/errors.ts"],
  ],
  "lib/stdio.ts": [
    ...["lib/parts.ts", "lib/mcp", "lib/config", "lib/auth", "lib/abort.ts", "lib/errors.ts"],
  ],
  "lib/parts.ts": [
    ...["lib/cluster_parts.ts", "lib/parts_types.ts"],
    ...["lib/http/limits.ts", "lib/mcp", "lib/pbs", "lib/proxmox", "lib/oauth", "lib/config"],
    ...["lib/auth", "lib/audit", "lib/siblings"],
    ...["lib/tool", "lib/log", "lib/database", "lib/seal.ts", "lib/once_per.ts", "lib/errors.ts"],
  ],
  "lib/cluster_parts.ts": [
    ...["lib/mcp/advice.ts", "lib/mcp/callers_proxmox.ts", "lib/proxmox", "lib/config"],
    ...["lib/auth/proxmox_tokens.ts", "lib/audit/key.ts", "lib/log", "lib/database"],
  ],
  "lib/parts_types.ts": [
    ...["lib/http/limits.ts", "lib/mcp", "lib/proxmox", "lib/oauth", "lib/config", "lib/auth"],
    ...["lib/audit", "lib/siblings", "lib/tool", "lib/log", "lib/database", "lib/seal.ts"],
  ],
  "lib/http": [
    ...["lib/mcp", "lib/oauth", "lib/config", "lib/auth", "lib/audit/log.ts", "lib/audit/row.ts"],
    ...["lib/log", "lib/database", "lib/errors.ts", "lib/seal.ts", "lib/abort.ts"],
    ...["lib/siblings/board.ts", "@simplewebauthn/server"],
    ...["hono", "prom-client", "rate-limiter-flexible", "node:crypto", "node:events", "node:http"],
    ...["node:http2", "node:stream", "node:timers"],
  ],
  "lib/oauth": [
    ...["lib/seal.ts", "lib/config", "lib/auth", "lib/audit", "lib/log"],
    ...["lib/database/database.ts", "lib/errors.ts", "lib/command.ts", "jose", "node:crypto"],
  ],
  "lib/mcp": [
    ...["lib/mcp/tools.ts", "tools/mod.ts", "lib/tool", "lib/backups", "lib/pbs", "lib/proxmox"],
    "lib/auth",
    ...["lib/audit", "lib/upstream/abort.ts"],
    ...["lib/database/spent_keys.ts", "lib/database/running_changes.ts", "lib/log"],
    "lib/database/beginning.ts",
    ...["lib/database/halts.ts", "lib/database/history.ts", "lib/database/plans.ts"],
    ...["lib/database/rehearsals.ts", "lib/command.ts", "lib/tracing.ts", "lib/plot/charting.ts"],
    ...["lib/nearest.ts", "lib/seal.ts", "lib/abort.ts", "lib/once_per.ts", "lib/errors.ts"],
    ...["lib/passing.ts", "lib/relay.ts", "lib/siblings", "lib/turns.ts"],
    ...["@modelcontextprotocol/server", "zod"],
    ...["lib/record.ts", "node:crypto"],
  ],
  "lib/mcp/tools.ts": [
    ...["tools/mod.ts", "lib/tool", "lib/auth/scope.ts", "lib/nearest.ts", "lib/command.ts"],
  ],
  "tools/mod.ts": ["tools"],
  "tools": [
    ...["lib/tool", "lib/backups", "lib/pbs", "lib/proxmox", "lib/plot", "lib/audit/row.ts"],
    "lib/audit/trail.ts",
    ...["lib/database/history.ts", "lib/database/rehearsals.ts", "lib/turns.ts"],
    ...["lib/command.ts", "lib/errors.ts", "zod"],
  ],
  "lib/tool": [
    "lib/backups",
    "lib/pbs",
    "lib/proxmox",
    "lib/auth/scope.ts",
    "lib/audit/trail.ts",
    "lib/database/history.ts",
    "lib/database/rehearsals.ts",
    "lib/once_per.ts",
    "lib/turns.ts",
    "lib/times.ts",
    "lib/errors.ts",
    "zod",
  ],
  "lib/backups": [
    ...["lib/pbs", "lib/proxmox", "lib/database/rehearsals.ts", "lib/errors.ts"],
  ],
  "lib/pbs": [
    ...["lib/proxmox/api/values.ts", "lib/proxmox/clip.ts", "lib/proxmox/fan_out.ts"],
    ...["lib/proxmox/known.ts", "lib/proxmox/plan.ts", "lib/proxmox/share_time.ts"],
    ...["lib/proxmox/shared_reads.ts", "lib/upstream"],
    ...["lib/config", "lib/abort.ts", "lib/nearest.ts", "lib/errors.ts"],
  ],
  "lib/proxmox": [
    ...["lib/config", "lib/database/history.ts", "lib/database/leases.ts"],
    "lib/database/beginning.ts",
    ...["lib/database/rehearsals.ts", "lib/log", "lib/abort.ts", "lib/nearest.ts"],
    ...["lib/once_per.ts", "lib/passing.ts", "lib/record.ts", "lib/turns.ts", "lib/errors.ts"],
    "lib/upstream",
    ...["node:crypto", "node:http"],
  ],
  "lib/upstream": [
    ...["lib/config/hosts.ts", "lib/abort.ts", "lib/once_per.ts", "lib/errors.ts"],
    ...["node:crypto", "node:http", "node:https", "node:stream", "node:tls"],
  ],
  "lib/plot": ["lib/plot/charting.ts", "node:zlib"],
  "lib/plot/charting.ts": [],
  "lib/sandbox": [
    ...["lib/siblings", "lib/config", "lib/database", "lib/log", "lib/errors.ts", "deno.json"],
    ...["node:inspector", "node:path", "node:url"],
  ],
  "lib/config": [
    ...["lib/database", "lib/log", "lib/nearest.ts", "lib/record.ts", "lib/errors.ts"],
    ...["lib/command.ts", "lib/siblings/board.ts", "lib/auth", "zod", "node:net", "node:path"],
  ],
  "lib/auth": [
    "lib/database",
    "lib/seal.ts",
    "lib/passing.ts",
    "lib/errors.ts",
    "lib/command.ts",
    "hash-wasm",
    "node:crypto",
    "node:net",
    "node:timers",
  ],
  "lib/audit": [
    "lib/database",
    "lib/log",
    "lib/errors.ts",
    "lib/command.ts",
    "node:crypto",
    "node:timers",
  ],
  "lib/database": ["lib/errors.ts", "lib/command.ts", "postgres", "node:sqlite", "node:timers"],
  "lib/log": ["lib/errors.ts"],
  "lib/siblings": ["lib/relay.ts", "node:crypto", "node:timers"],
  "lib/seal.ts": [],
  "lib/abort.ts": [],
  "lib/once_per.ts": [],
  "lib/passing.ts": [],
  "lib/relay.ts": [],
  "lib/turns.ts": ["node:timers"],
  "lib/nearest.ts": [],
  "lib/record.ts": [],
  "lib/times.ts": [],
  "lib/tracing.ts": ["@opentelemetry/api"],
  "lib/errors.ts": ["lib/command.ts"],
  "lib/command.ts": [],
};

/** Names of tools, but for those that are words of every day. */
const TOOL_NAMES = [...Deno.readDirSync("tools")].map(({ name }) => name.replace(/\.ts$/, ""))
  .filter((name) => name.includes("_"));

/** Words that only some files may say. */
const RESERVED: readonly { what: RegExp; only: RegExp; why: string }[] = [
  {
    what: /(?<![.\w])fetch\(/,
    only: /^lib\/(upstream\/transport\.ts$|oauth\/)/,
    why: "fetch",
  },
  { what: /\bDeno\.env\b/, only: /^lib\/config\//, why: "the environment" },
  { what: /\bconsole\./, only: /^$/, why: "the console" },
  { what: /\bDeno\./, only: /^(?!tools\/)/, why: "Deno" },
  {
    what: new RegExp(`\\b(?:${TOOL_NAMES.join("|")})\\b`),
    // What is generated names parameters as Proxmox does.
    only: /^(?!lib\/proxmox\/(?!api\/schema\.ts$))/,
    why: "the name of a tool",
  },
  { what: /\bimport\((?!\s*"[^"]*"\s*[),])/, only: /^$/, why: "a computed import" },
  { what: /\bcreateRequire\b|\brequire\(/, only: /^$/, why: "a computed import" },
  { what: /\bnew Worker\(/, only: /^lib\/sandbox\/worker\.ts$/, why: "a worker" },
  { what: /^(export )?(let|var) /m, only: /^$/, why: "mutable state of a module" },
];

interface Source {
  readonly file: string;
  readonly text: string;
}

async function sources(): Promise<Source[]> {
  const files = ["main.ts", ...await filesIn("lib"), ...await filesIn("tools")];
  return await Promise.all(files.map(read));
}

async function read(file: string): Promise<Source> {
  return { file, text: await Deno.readTextFile(file) };
}

/** The TypeScript files in a folder and in those below it. */
async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await filesIn(path));
    else if (/\.tsx?$/.test(name)) found.push(path);
  }
  return found;
}

/** Whether a path is this folder or file, or in it; a package's parts belong to it. */
function within(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

function rowOf(file: string): string | undefined {
  return Object.keys(MAY_IMPORT).filter((row) => within(file, row))
    .toSorted((a, b) => b.length - a.length)[0];
}

function codeOf(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, "");
}

/** Everything a file imports or re-exports, types too. */
function importsOf({ file, text }: Source): string[] {
  const base = new URL(`file:///${file}`);
  const pattern = /\bfrom\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\("([^"]+)"/gm;
  return [...codeOf(text).matchAll(pattern)]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? "")
    .map((name) => name.startsWith(".") ? new URL(name, base).pathname.slice(1) : name);
}

function importBreaches(source: Source): string[] {
  const row = rowOf(source.file);
  if (row === undefined) return [`${source.file} stands in no row`];
  const mayImport = (name: string) =>
    rowOf(name) === row || MAY_IMPORT[row]?.some((place) => within(name, place));
  return importsOf(source).filter((name) => !mayImport(name))
    .map((name) => `${source.file} imports ${name}`);
}

function wordBreaches({ file, text }: Source): string[] {
  return RESERVED.filter(({ what, only }) => what.test(codeOf(text)) && !only.test(file))
    .map(({ why }) => `${file} uses ${why}`);
}

Deno.test("every file imports only what its folder may", async () => {
  assert.deepEqual((await sources()).flatMap(importBreaches), []);
});

Deno.test("reserved words stay where they belong", async () => {
  assert.deepEqual((await sources()).flatMap(wordBreaches), []);
});

Deno.test("imports run downward only", () => {
  const rows = Object.keys(MAY_IMPORT);
  const upward = rows.flatMap((row, at) =>
    (MAY_IMPORT[row] ?? []).filter((place) => {
      const target = rowOf(place);
      return target !== undefined && rows.indexOf(target) <= at;
    }).map((place) => `${row} may import ${place}`)
  );
  assert.deepEqual(upward, []);
});

Deno.test("every row refuses what stands above it and a package that it does not name", () => {
  const rows = Object.keys(MAY_IMPORT);
  for (const [at, row] of rows.entries()) {
    const file = row.endsWith(".ts") ? row : `${row}/x.ts`;
    const up = file.split("/").slice(1).map(() => "../").join("") || "./";
    for (const above of rows.slice(0, at).filter((above) => !within(above, row))) {
      const name = above.endsWith(".ts") ? above : `${above}/x.ts`;
      const text = `import type { X } from "${up}${name}";`;
      assert.deepEqual(importBreaches({ file, text }), [`${file} imports ${name}`]);
    }
    const text = 'export * from "left-pad/x";\nconst x = await import("node:vm");';
    assert.equal(importBreaches({ file, text }).length, 2, file);
  }
});

Deno.test("a reserved package belongs to its folders alone", () => {
  const holders = (name: string) =>
    Object.keys(MAY_IMPORT).filter((row) => MAY_IMPORT[row]?.some((place) => within(name, place)));
  assert.deepEqual(
    [
      ...["@modelcontextprotocol/server", "postgres", "node:sqlite", "commander"],
      ...["@simplewebauthn/server", "hono", "jose", "prom-client", "rate-limiter-flexible", "zod"],
    ].map((name) => [name, ...holders(name)]),
    [
      ["@modelcontextprotocol/server", "lib/mcp"],
      ["postgres", "lib/database"],
      ["node:sqlite", "lib/database"],
      ["commander", "lib/build", "lib/cli"],
      ["@simplewebauthn/server", "lib/http"],
      ["hono", "lib/http"],
      ["jose", "lib/oauth"],
      ["prom-client", "lib/http"],
      ["rate-limiter-flexible", "lib/http"],
      ["zod", "lib/build", "lib/mcp", "tools", "lib/tool", "lib/config"],
    ],
  );
});

Deno.test("the rules notice a file without a row, and every reserved word", () => {
  const breaches = (file: string, text: string) => [
    ...importBreaches({ file, text }),
    ...wordBreaches({ file, text }),
  ];
  const cases: [string, string, string][] = [
    ["lib/other/x.ts", "", "lib/other/x.ts stands in no row"],
    ["lib/other.ts", "", "lib/other.ts stands in no row"],
    ["lib/log/x.ts", 'import "../audit/x.ts";', "lib/log/x.ts imports lib/audit/x.ts"],
    ["lib/http/x.ts", "await fetch(url)", "lib/http/x.ts uses fetch"],
    ["lib/cli/x.ts", 'Deno.env.get("X")', "lib/cli/x.ts uses the environment"],
    ["lib/cli/x.ts", "console.log(1)", "lib/cli/x.ts uses the console"],
    ["tools/x.ts", "Deno.readFile(path)", "tools/x.ts uses Deno"],
    ["lib/proxmox/x.ts", '"see get_vms"', "lib/proxmox/x.ts uses the name of a tool"],
    ["lib/cli/x.ts", "await import(name)", "lib/cli/x.ts uses a computed import"],
    ["lib/cli/x.ts", "await import(`./${name}.ts`)", "lib/cli/x.ts uses a computed import"],
    ["lib/cli/x.ts", 'await import("./" + name)', "lib/cli/x.ts uses a computed import"],
    ["lib/log/x.ts", "createRequire(here)(name)", "lib/log/x.ts uses a computed import"],
    ["lib/log/x.ts", "new Worker(url)", "lib/log/x.ts uses a worker"],
    ["lib/mcp/x.ts", "export let x = 1;", "lib/mcp/x.ts uses mutable state of a module"],
  ];
  for (const [file, text, breach] of cases) assert.deepEqual(breaches(file, text), [breach]);
  assert.deepEqual(breaches("lib/http/x.ts", "// await fetch(url)\napp.fetch(request)"), []);
});

Deno.test("a command starts without the server and the tools", async () => {
  const texts = new Map((await sources()).map(({ file, text }) => [file, text]));
  const loaded = new Set(["main.ts"]);
  for (const file of loaded) {
    const text = texts.get(file)?.replaceAll(/^(im|ex)port type [^;]*;|\bimport\(.*/gm, "") ?? "";
    for (const name of importsOf({ file, text })) loaded.add(name);
  }
  assert.ok(loaded.has("lib/cli/serve/serve.ts"), "nothing was followed");
  const heavy = /^(lib\/server\.ts|lib\/(http|mcp)\/|tools\/)/;
  assert.deepEqual([...loaded].filter((file) => heavy.test(file)), []);
});

Deno.test("every test file stands in one suite, so that deno task test runs it once", async () => {
  const tests = (await filesIn("tests")).filter((file) => file.endsWith("_test.ts"));
  const isSuite = (file: string) => file.startsWith("tests/suites/");
  const suites = await Promise.all(tests.filter(isSuite).map(read));
  assert.deepEqual(
    suites.flatMap(importsOf).toSorted(),
    tests.filter((file) => !isSuite(file)).toSorted(),
  );
});
