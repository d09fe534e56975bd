import { charting } from "../../plot/charting.ts";
import type { Language } from "../messages.ts";
import { BRIDGE } from "./bridge.ts";
import { STYLE } from "./style.ts";

/** Nothing is loaded and nothing sent, whatever the host allows. What runs and how it looks stands in the page. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; " +
  "base-uri 'none'; form-action 'none'";

/** A page of its own; its words are there in both languages, because the host tells the language late. */
export function pageOf(
  { title, words, body, script }: {
    title: string;
    words: Readonly<Record<Language, Readonly<Record<string, unknown>>>>;
    body: string;
    script: string;
  },
): string {
  const data = JSON.stringify(words).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
<script>
"use strict";
const charting = ${charting};
const WORDS = ${data};
${BRIDGE}
${script}
</script>
</body>
</html>
`;
}
