/** Words that make a key a secret wherever they stand in it. */
const TELLING = [
  "passphrase",
  "passcode",
  "password",
  "passwort",
  "passwd",
  "parola",
  "sifre(?!le|li)",
  "secret",
  "credential",
  "authorization",
  "apikey",
  "authkey",
  "privatekey",
  "sshprivate",
  "csrf",
  "pveauthcookie",
  "otelheaders",
] as const;
const TELLS = new RegExp(TELLING.join("|"));

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
  "psk",
  "bearer",
] as const;
const TAILS = ["value", "values", "text", "data", "raw", "plain"] as const;
/** Keys that only sound secret. */
const PUBLIC = /^(?:ssh(?:public|authorized)?keys?|(?:public|authorized)keys?|token(?:name|id)s?)$/;

/** Most keys hold none of these letters, which one look tells. */
const HINT = new RegExp([...TELLING, ...LAST].join("|"));

/** True when what stands under this key is a secret, by its words in any of the usual spellings. */
export function isSecretKey(key: string): boolean {
  const letters = plainLetters(key.slice(-200));
  return HINT.test(letters.toLowerCase().replace(/[^a-z0-9]+/g, "")) && wordsTell(letters);
}

/** The same without the look beforehand. */
export function wordsTell(letters: string): boolean {
  const words = letters
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  const joined = words.join("");
  if (PUBLIC.test(joined) || words.length > 1 && words.at(-1) === "file") return false;
  if (TELLS.test(joined)) return true;
  while (words.length > 1 && TAILS.some((tail) => tail === words.at(-1))) words.pop();
  const last = (words.at(-1) ?? "").replace(/s$/, "");
  return LAST.some((word) => last === word) || /(?:token|pw)$/.test(last);
}

/** `Şifre`, `ŞİFRE` and `sıfre` as letters without marks; only the dotless ı has no such form of its own. */
export function plainLetters(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return text.normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("ı", "i");
}
