export const REDACTED = "[redacted]";

/** One kind of secret that is known by its form or by what stands before it. */
export interface SecretKind {
  readonly name: string;
  /** A pattern without regard to case: a text in which it is not found holds no such secret. */
  readonly hint: string;
  /** Global. */
  readonly pattern: RegExp;
  readonly replacement: string | ((whole: string, ...groups: string[]) => string);
  /** Texts in which the secret stands between « and ». */
  readonly examples: readonly string[];
}

/*
 * The largest shape of a secret. It is one word of bounded length, or a few words in quotes; what a
 * shell would run (`;`, `|`, `&`, a substitution) ends it. So no value can take a command along out of
 * sight. Every quantifier here and in the kinds is bounded, so searching takes linear time.
 */

/** Where a value ends although no white space follows. */
const END = `[$<>]\\(|\\$\\{|\\\\["'nrt]|,[\\w-]{1,40}=`;

function word(quotes: string, { most }: { most: number }): string {
  return `(?:(?!${END})[^\\s;|&<>\`${quotes}]){1,${most}}`;
}

/** Words in quotes. An option or a path among several words makes them look like a command. */
function phrase(quotes: string): string {
  const one = `(?:(?!${END})[^\\s;|&<>\`/${quotes}]){1,64}`;
  return `${one}(?: (?!-)${one}){0,11}`;
}

/** What follows a telling name and is none: a reference, a list, a switch, a place, a public key. */
const NO_VALUE = [
  "[({=,:]",
  "\\[(?!redacted\\])",
  "\\$[A-Za-z_]\\w{0,60}(?!\\w)",
  "\\$[\\d{(@*#?]{1,2}(?![\\w$./])",
  "(?:on|off|yes|no|true|false|none|null|undefined|[01])(?![\\w.!@#$%^*+/-])",
  "[a-z][a-z0-9+.-]{1,20}:\\/\\/",
  "(?:~|\\.{1,2})?\\/(?:bin|boot|dev|etc|home|lib|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)(?!\\w)",
  "(?:~|\\.{1,2})\\/",
  "(?:ssh|ecdsa|sk-ssh)-[a-z0-9-]{3,40}(?:\\s|%20)",
].join("|");

/** An optional quote, which may itself be escaped. It is kept. */
export const QUOTE = `(?:\\\\{0,3}["'])?`;

/** A value behind `QUOTE`. */
export const VALUE = `(?!${NO_VALUE})(?:` + [
  `(?<=\\\\")${phrase('"\\\\')}(?=\\\\{1,3}")`,
  `(?<=")${phrase('"')}(?=")`,
  `(?<=')${phrase("'")}(?=')`,
  word(`"'`, { most: 512 }),
].join("|") + ")";

/** What must follow where much else may stand: four characters or more, a digit among them. */
export const RANDOM = "(?=[^\\s\"']{4})(?=[^\\s\"']{0,200}\\d)";

/** A value that stands alone, such as an element of an argument vector. */
const ALONE = new RegExp(`^${VALUE}`, "i");
const WHOLE = new RegExp(`^(?!${NO_VALUE})${phrase('"')}$`, "i");

/** `text` without the secret that it begins with: all of it, or its first word where more follows. */
export function hideValue(text: string): string {
  return WHOLE.test(text) ? REDACTED : text.replace(ALONE, REDACTED);
}

/** Hides what follows the first group of a pattern. */
export function behindFirstGroup(
  source: string,
  flags = "gi",
): Pick<SecretKind, "pattern" | "replacement"> {
  return { pattern: new RegExp(source, flags), replacement: `$1${REDACTED}` };
}
