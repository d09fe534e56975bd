import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { type Language, LANGUAGES } from "../mcp/messages.ts";

/** The language that `Accept-Language` prefers among those there are (`tr-TR` is `tr`), else the fallback. */
export function languageOf(c: Context, fallback: Language): Language {
  const chosen = accepts(c, {
    header: "Accept-Language",
    supports: [...LANGUAGES],
    default: fallback,
    match: (wishes, { supports, default: otherwise }) =>
      wishes.filter(({ q }) => q > 0).map(({ type }) => type.toLowerCase().split("-")[0] ?? "")
        .find((language) => supports.includes(language)) ?? otherwise,
  });
  return LANGUAGES.find((language) => language === chosen) ?? fallback;
}
