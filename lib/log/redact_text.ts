export const REDACTED = "[redacted]";

/** Of a longer text only this many characters are searched and kept: searching costs time. */
const MAX_CHARACTERS = 65_536;

/** Words that make a key a secret wherever they stand in it. */
const TELLING = [
  "passphrase",
  "password",
  "passwort",
  "passwd",
  "secret",
  "credential",
  "authorization",
  "apikey",
  "privatekey",
  "sshprivate",
  "csrf",
  "pveauthcookie",
] as const;

/** Words that make a key a secret when they are its last, or followed by one of `TAILS`. */
const LAST = [
  "token",
  "key",
  "pwd",
  "pass",
  "pw",
  "cookie",
  "ticket",
  "otp",
  "jwt",
  "pin",
] as const;
const TAILS = ["value", "values", "text", "data", "raw", "plain"] as const;
/** Keys that only sound secret. */
const PUBLIC = /^(?:ssh(?:public|authorized)?keys?|(?:public|authorized)keys?|token(?:name|id)s?)$/;

/** True when what stands under this key is a secret, by its words in any of the usual spellings. */
export function isSecretKey(key: string): boolean {
  const words = key.slice(-200)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  const joined = words.join("");
  if (PUBLIC.test(joined) || words.length > 1 && words.at(-1) === "file") return false;
  if (TELLING.some((word) => joined.includes(word))) return true;
  while (words.length > 1 && TAILS.some((tail) => tail === words.at(-1))) words.pop();
  const last = (words.at(-1) ?? "").replace(/s$/, "");
  return LAST.some((word) => last === word) || last.endsWith("token");
}

const LONG = "(?:pass(?:word|wd|wort|phrase)|secret|credential|api[_-]?key|private[_-]?key|" +
  "token(?![_-]?(?:names?|ids?)(?![a-z])))[\\w.-]{0,40}";
const SHORT = "(?<![a-z])(?:pwd|pass|pw|key|cookie|ticket|otp|jwt|pin)s?";
/** Quoted by either quote, by a quote that is itself escaped, or up to white space. */
const VALUE =
  `(?:\\[redacted\\]|\\\\+"[\\s\\S]*?(?:\\\\+"|$)|"(?:[^"\\\\]|\\\\[\\s\\S])*"?|'[^']*'?|[^\\s&]+)`;
/** `Cannot create token: there is no …`: a sentence goes on, no value follows. */
const PROSE = "(?-i: [a-z]{1,20}[,;]? [a-z(])";

const PEM =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,9}-----|$)/g;
const HEADER =
  /\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|csrfpreventiontoken)(["'\\]{0,3}\s{0,4}[:=]\s{0,4}["'\\]{0,3})[^\r\n"'\\]+/gi;
const SCHEME = /\b(bearer|basic|pveapitoken|pveauthcookie)(\s{0,4}[=:]\s{0,4}|\s{1,4})[^\s"'\\]+/gi;
const PROXMOX_TOKEN =
  /(![\w.-]{1,128}[=:])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const OWN_TOKEN = /pmcp_[\w-]+/g;
const WEB_TOKEN = /\beyJ[\w-]{5,}\.[\w-]{2,}(?:\.[\w-]*)?/g;
const DATABASE_USERINFO =
  /\b((?:postgres(?:ql)?|mysql|mariadb|redis|amqp|mongodb)s?:\/\/)\S{0,256}@/gi;
const USERINFO = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>]{0,1024}@/gi;
const NAMED = new RegExp(
  `((?:${LONG}|${SHORT})(?:\\\\{0,3}["'])?\\s{0,4}(?:=>?|:(?!//)(?!${PROSE}))\\s{0,4})${VALUE}`,
  "gi",
);
const OPTION = new RegExp(
  `(?<![\\w-])(--?[\\w-]{0,80}?(?:${LONG}|${SHORT})[ \\t]{1,8})(?!--)${VALUE}`,
  "gi",
);
const SHORT_OPTION = new RegExp(
  `(?<=^|[\\s"'(;|&])(?<!\\bmkdir\\s)-p(?!rint|ath\\s|erm\\s|rune\\s)([ \\t]{0,8})(?!-)(${VALUE})`,
  "g",
);
const USER_OPTION = /(?<=^|[\s"'(;|&])(-u|--user)([ \t=]{0,4}["']?[\w.@-]{1,128}:)[^\s"']+/g;
const CHPASSWD_INPUT = /([\w.-]{1,64}:)(?=\S)[^\s"']+/g;

/**
 * `text` with everything replaced that looks like a secret: authorization headers, tokens of
 * Proxmox and of this program, private keys, the userinfo of URLs, and what follows a telling name
 * (`password=…`, `"secret": "…"`, `--token …`, `-p…`). `known` are exact secrets to remove as well.
 * It rather hides too much than too little. Of a text over 64 Ki characters only the beginning is kept.
 */
export function redactText(text: string, known: readonly string[] = []): string {
  let clean = text;
  if (text.length > MAX_CHARACTERS) {
    // A secret that the cut goes through would not be recognised, so the last word goes too.
    const lastWord = /(?<!\S)\S*$/.exec(text.slice(MAX_CHARACTERS - 2048, MAX_CHARACTERS));
    const kept = MAX_CHARACTERS - (lastWord?.[0].length ?? 2048);
    clean = `${text.slice(0, kept)}… (${text.length} characters in all)`;
  }
  for (const secret of known) {
    if (secret.length >= 4) clean = clean.replaceAll(secret, REDACTED);
  }
  clean = clean
    .replace(PEM, REDACTED)
    .replace(HEADER, `$1$2${REDACTED}`)
    .replace(SCHEME, `$1$2${REDACTED}`)
    .replace(PROXMOX_TOKEN, `$1${REDACTED}`)
    .replace(OWN_TOKEN, `pmcp_${REDACTED}`)
    .replace(WEB_TOKEN, REDACTED)
    .replace(DATABASE_USERINFO, `$1${REDACTED}@`)
    .replace(USERINFO, `$1${REDACTED}@`)
    .replace(NAMED, `$1${REDACTED}`)
    .replace(OPTION, `$1${REDACTED}`)
    .replace(USER_OPTION, `$1$2${REDACTED}`);
  if (/\bchpasswd\b/.test(clean)) clean = clean.replace(CHPASSWD_INPUT, `$1${REDACTED}`);
  const portsAreSecret = /\bsshpass\b/.test(clean);
  return clean.replace(SHORT_OPTION, (whole: string, gap: string, value: string) => {
    const harmless = gap !== "" && (/^\//.test(value) || /^[\d:]+$/.test(value));
    return harmless && !portsAreSecret ? whole : `-p${gap}${REDACTED}`;
  });
}
