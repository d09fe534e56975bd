import { pbkdf2, timingSafeEqual } from "node:crypto";

const ITERATIONS = 1_000_000;
const KEY_BYTES = 32;
const LONGEST = 4_096;
const PBKDF2 = /^pbkdf2_sha256\$(\d{1,7})\$([^$]{1,64})\$([A-Za-z0-9+/]{43}=)$/;

/** A password as Django keeps it: `pbkdf2_sha256$ITERATIONS$SALT$KEY`, the key in base64. */
export async function hashPassword(text: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(16)).toHex();
  const key = await stretch(text, { salt, iterations: ITERATIONS });
  return `pbkdf2_sha256$${ITERATIONS}$${salt}$${key.toBase64()}`;
}

/** Whether this is the password of which a row of Django's holds the hash. */
export async function checkPassword(text: string, stored: string): Promise<boolean> {
  if (text === "" || text.length > LONGEST) return false;
  const [, iterations, salt, key] = PBKDF2.exec(stored) ?? [];
  if (salt === undefined || key === undefined) return await dummyCheck(text);
  const derived = await stretch(text, { salt, iterations: Number(iterations) });
  return timingSafeEqual(derived, Uint8Array.fromBase64(key));
}

/** Costs as much as checking a wrong password, for a user that is not there; always false. */
export async function dummyCheck(text: string): Promise<false> {
  await stretch(text.slice(0, LONGEST), { salt: "nobody", iterations: ITERATIONS });
  return false;
}

function stretch(
  text: string,
  { salt, iterations }: { salt: string; iterations: number },
): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  pbkdf2(text, salt, iterations, KEY_BYTES, "sha256", (error, key) => {
    if (error) reject(error);
    else resolve(new Uint8Array(key));
  });
  return promise;
}
