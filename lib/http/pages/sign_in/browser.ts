const BROWSERS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/\bEdgA?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(Chrome|Chromium|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];

const SYSTEMS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/\bAndroid\b/, "Android"],
  [/\b(iPhone|iPad)\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

/** `browser: Firefox on Linux`, of words of our own only: a header may say anything. */
export function browserName(userAgent: string | undefined): string {
  const text = (userAgent ?? "").slice(0, 512);
  const browser = nameIn(BROWSERS, text);
  const system = nameIn(SYSTEMS, text);
  if (browser === undefined && system === undefined) return "browser";
  return `browser: ${browser ?? "unknown"}${system === undefined ? "" : ` on ${system}`}`;
}

function nameIn(names: typeof BROWSERS, text: string): string | undefined {
  return names.find(([mark]) => mark.test(text))?.[1];
}
