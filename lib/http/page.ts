import type { Context } from "hono";
import type { Language } from "../mcp/messages.ts";
import { STYLE, STYLE_SOURCE } from "./pages/style.ts";

/** True for a request of a browser's own, by a person who typed the address or followed a link. */
export function isBrowsing({ req }: Context): boolean {
  return req.method === "GET" && (req.header("accept")?.includes("text/html") ?? false);
}

/**
 * The refusal that a person can read: what this is and how clients are connected. The same bytes for
 * everybody, so that it tells nothing of this server.
 */
export function refusalPage(
  status: number,
  language: Language,
  headers: Record<string, string> = {},
): Response {
  return new Response(PAGES[language], {
    status,
    headers: {
      ...headers,
      "content-type": "text/html; charset=utf-8",
      "content-language": language,
      "content-security-policy": POLICY,
      "referrer-policy": "no-referrer",
    },
  });
}

const POLICY =
  `default-src 'none'; style-src ${STYLE_SOURCE}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const SERVER = "https://ADDRESS/mcp";
const HEADERS = { Authorization: "Bearer TOKEN" };

/** Client entries, each under the name of the program and of its file. */
const ENTRIES: readonly (readonly [name: string, entry: string])[] = [
  [
    "Cursor (.cursor/mcp.json)",
    json({ mcpServers: { proxmox: { url: SERVER, headers: HEADERS } } }),
  ],
  [
    "VS Code (.vscode/mcp.json)",
    json({ servers: { proxmox: { type: "http", url: SERVER, headers: HEADERS } } }),
  ],
  [
    "Claude Code",
    `claude mcp add --transport http proxmox ${SERVER} --header "Authorization: Bearer TOKEN"`,
  ],
  [
    "curl",
    `curl -X POST ${SERVER} -H "Authorization: Bearer TOKEN" \\\n  -H "Content-Type: application/json" -d '{"method":"tools/list"}'`,
  ],
];

const ENGLISH = {
  title: "This is an MCP server",
  about:
    "proxmox-mcp lets AI assistants and scripts operate a Proxmox VE cluster. It answers programs that " +
    "present a token. Where the administrator has switched the pages for people on, you see at " +
    "<code>/my-access</code> what has access in your name.",
  clients: "How a client is connected",
  fill:
    "ADDRESS is what your browser shows now, TOKEN is what your administrator gave you. Where the " +
    "administrator chose another path, /mcp is that path.",
  documents: "Documents",
  where: "README.md and the folder docs come with the program; the Debian package puts them into " +
    "<code>/usr/share/doc/proxmox-mcp</code>. <code>proxmox-mcp --help</code> lists the commands, and " +
    "<code>proxmox-mcp check</code> says what is wrong.",
};

const TURKISH: typeof ENGLISH = {
  title: "Bu bir MCP sunucusudur",
  about:
    "proxmox-mcp, yapay zekâ asistanlarının ve betiklerin bir Proxmox VE kümesini yönetmesini sağlar. " +
    "Token sunan programlara yanıt verir. Yönetici kişiler için sayfaları açtıysa adınıza erişimi olanları " +
    "<code>/my-access</code> adresinde görürsünüz.",
  clients: "Bir istemci nasıl bağlanır",
  fill:
    "ADDRESS, tarayıcınızın şu an gösterdiği adrestir; TOKEN, yöneticinizin size verdiğidir. Yönetici " +
    "başka bir yol seçtiyse /mcp yerine o yolu yazın.",
  documents: "Belgeler",
  where: "README.tr.md ve docs klasörü programla birlikte gelir; Debian paketi bunları " +
    "<code>/usr/share/doc/proxmox-mcp</code> içine koyar. Komutları <code>proxmox-mcp --help</code> " +
    "listeler, neyin yanlış olduğunu <code>proxmox-mcp check</code> söyler.",
};

const PAGES: Readonly<Record<Language, string>> = {
  en: pageOf("en", ENGLISH),
  tr: pageOf("tr", TURKISH),
};

function pageOf(language: Language, words: typeof ENGLISH): string {
  const entries = ENTRIES.map(([name, entry]) =>
    `<h3>${name}</h3>\n<pre><code>${entry}</code></pre>\n`
  );
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<title>${words.title}</title>
<style>${STYLE}</style>
</head>
<body>
<header><span class="brand">proxmox-mcp</span></header>
<main>
<div class="card">
<h1>${words.title}</h1>
<p>${words.about}</p>
<h2>${words.clients}</h2>
<p>${words.fill}</p>
${entries.join("")}<h2>${words.documents}</h2>
<p>${words.where}</p>
</div>
</main>
</body>
</html>
`;
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
