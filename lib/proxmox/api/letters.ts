/**
 * What Proxmox VE reads of most files, of logs and of files' names it tells as bytes, each as one character
 * from U+0000 to U+00FF, and writes it in the same way (9.2.11). Notes, comments of the firewall and what
 * `encode_text` wrote it tells and takes as they are.
 */

/** Two such characters that begin a letter in UTF-8. */
const BYTES = /[\xc2-\xf4][\x80-\xbf]/;

/** Texts that go to a file as they are, by what is asked: those that fit `letters` are handed over as bytes. */
const WRITTEN: readonly { path: RegExp; keys: RegExp; letters: RegExp }[] = [
  {
    path: /^\/nodes\/[^/]+\/(?:qemu|lxc)(?:\/\d+\/config)?$/,
    // Passwords are hashed, archives looked for, before anything is written.
    keys: /^(?!(?:archive|cipassword|description|ostemplate|password)$)/,
    letters: /[^\0-\x7f]/,
  },
  // `check_config` decodes what was decoded already, so that other letters are an error or lost.
  { path: /^\/cluster\/ha\/rules(?:\/|$)/, keys: /^comment$/, letters: /[^\0-\x7f]/ },
  // A letter beyond U+00FF has the whole file written as UTF-8, with all that was bytes in it; others stay.
  { path: /^\/cluster\/ha\/resources(?:\/|$)/, keys: /^comment$/, letters: /[^\0-\xff]/ },
  { path: /^\/cluster\/mapping\//, keys: /^description$/, letters: /[^\0-\xff]/ },
  { path: /^\/cluster\/backup(?:\/|$)/, keys: /^notes-template$/, letters: /[^\0-\xff]/ },
];

/** Reads JSON of Proxmox's with the letters put together that it tells as bytes. */
export function parseLetters(json: string): unknown {
  if (!BYTES.test(json)) return JSON.parse(json);
  return JSON.parse(json, (_, value) => typeof value === "string" ? lettersOf(value) : value);
}

/** Takes bytes for letters, as often as a file was written as UTF-8 around them. What is no UTF-8 stays as it is. */
function lettersOf(text: string): string {
  if (!BYTES.test(text) || /[^\0-\xff]/.test(text)) return text;
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  try {
    return lettersOf(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return text;
  }
}

/** The UTF-8 of a text, a character for each byte. */
export function asBytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

/** What to send, so that a file holds UTF-8 of each text and what stood in it before. */
export function asWritten<T extends Readonly<Record<string, unknown>>>(path: string, params: T): T {
  const rules = WRITTEN.filter((rule) => rule.path.test(path));
  if (rules.length === 0) return params;
  const sent = Object.entries(params).map(([key, value]) => {
    const isBytes = typeof value === "string" &&
      rules.some(({ keys, letters }) => keys.test(key) && letters.test(value));
    return [key, isBytes ? asBytes(value) : value];
  });
  return Object.fromEntries(sent) as T;
}
