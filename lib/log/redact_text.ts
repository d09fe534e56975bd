import { SECRET_KINDS } from "./secret_kinds.ts";
import { REDACTED } from "./secret_value.ts";
import { cutNote } from "./bound.ts";

/** What is searched and kept of a longer text: searching costs time. */
const MOST_CHARACTERS = 65_536;
/** What is searched beyond a cut, so that no secret that the cut goes through stays unrecognised. */
const MARGIN = 4_096;

/** Most texts hold nothing of the kind, which one look tells. */
const HINT = new RegExp(SECRET_KINDS.map(({ hint }) => hint).join("|"), "i");

export interface RedactTextOptions {
  /** Exact secrets to remove wherever they stand. */
  readonly known?: readonly string[];
  /** Of a longer text so many characters are kept, its beginning and its end; default 65,536. */
  readonly most?: number;
}

/**
 * `text` with each value replaced that looks like a secret: authorization headers, tokens of Proxmox,
 * of this program and of known services, private keys, hashes of passwords, logins in URLs, and what
 * follows a telling name or option (`password=…`, `"secret": "…"`, `--token …`, `mysql -p…`). What a
 * shell would run is no part of a value and stays readable.
 */
export function redactText(text: string, options: RedactTextOptions = {}): string {
  const { known = [], most = MOST_CHARACTERS } = options;
  if (text.length <= most) return search(text, known);
  return cutMiddle(text, { half: most >> 1, known });
}

/**
 * The searched beginning and end of a text. What a look beyond the cut shows to be a part of a secret
 * goes with the middle.
 */
function cutMiddle(
  text: string,
  { half, known }: { half: number; known: readonly string[] },
): string {
  const head = search(text.slice(0, half), known);
  const tail = search(text.slice(-half), known);
  const start = commonStart(head, search(text.slice(0, half + MARGIN), known));
  const end = commonEnd(tail, search(text.slice(-half - MARGIN), known));
  const cut = text.length - 2 * half + (head.length - start) + (tail.length - end);
  return head.slice(0, start).toWellFormed() + cutNote(cut) +
    tail.slice(tail.length - end).toWellFormed();
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function commonEnd(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}

function search(text: string, known: readonly string[]): string {
  let clean = text;
  for (const secret of known) {
    if (secret.length >= 4) clean = clean.replaceAll(secret, REDACTED);
  }
  if (!HINT.test(clean)) return clean;
  for (const { pattern, replacement } of SECRET_KINDS) {
    clean = typeof replacement === "string"
      ? clean.replace(pattern, replacement)
      : clean.replace(pattern, replacement);
  }
  return clean;
}
