const LONGEST = 4_096;

/**
 * A path of this server that a browser may be sent to, query and all; undefined for anything else: what
 * names a host (`//host`, `/\host`, `https:`), or is no ASCII.
 */
export function ownPath(text: string | null | undefined): string | undefined {
  if (!text || text.length > LONGEST || !/^\/[!-[\]-~]*$/.test(text)) return undefined;
  const base = "http://own.invalid";
  const url = URL.parse(text, base);
  if (url?.origin !== base || url.pathname.startsWith("//")) return undefined;
  return url.pathname + url.search;
}
