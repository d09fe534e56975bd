import { pbkdf2, timingSafeEqual } from "node:crypto";

/** As Django 5.2 writes them: https://docs.djangoproject.com/en/5.2/topics/auth/passwords/ */
const ITERATIONS = 1_000_000;
const KEY_BYTES = 32;

/** What a row may ask of the processor; whoever writes the table must not be able to burn it. */
const MOST_ITERATIONS = 5_000_000;
const MOST_MEMORY_KIB = 262_144;
const MOST_PASSES = 16;
const MOST_LANES = 64;
const MOST_KIB_TOUCHED = 1_048_576;

/** In UTF-16 units; Django's own forms take no more either. */
const LONGEST = 4_096;

const PBKDF2 = /^pbkdf2_sha256\$(\d{1,8})\$([^$]{1,64})\$([A-Za-z0-9+/]{43}=)$/;
const ARGON2 =
  /^argon2\$argon2(i|d|id)\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** What stands in a row: how a key is made from a password, and the one that it must be. */
interface Stored {
  readonly key: Uint8Array;
  readonly derive: (text: string) => Promise<Uint8Array>;
}

/** A password as Django keeps it: `pbkdf2_sha256$ITERATIONS$SALT$KEY`, the key in base64. */
export async function hashPassword(text: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
    .toBase64({ alphabet: "base64url", omitPadding: true });
  const key = await stretch(text, { salt, iterations: ITERATIONS });
  return `pbkdf2_sha256$${ITERATIONS}$${salt}$${key.toBase64()}`;
}

/**
 * Whether this is the password of which a row of Django's holds the hash, by PBKDF2 with SHA-256 or by
 * Argon2. A hash that nobody can have made with a password, that is of another kind or that asks for more
 * work than any sensible one fits no password, and takes as long as `dummyCheck`. Argon2 holds up the
 * event loop, some 0.4 s with Django's parameters: whoever offers this to strangers bounds how often.
 */
export async function checkPassword(text: string, stored: string): Promise<boolean> {
  if (text === "" || text.length > LONGEST) return false;
  const known = readPbkdf2(stored) ?? readArgon2(stored);
  if (known === null) return await dummyCheck(text);
  return timingSafeEqual(await known.derive(text), known.key);
}

/** Costs as much as checking a wrong password, for a user that is not there; always false. */
export async function dummyCheck(text: string): Promise<false> {
  await stretch(text.slice(0, LONGEST), { salt: "nobody", iterations: ITERATIONS });
  return false;
}

function readPbkdf2(stored: string): Stored | null {
  const [, count, salt = "", key = ""] = PBKDF2.exec(stored) ?? [];
  const iterations = Number(count);
  if (!(iterations >= 1 && iterations <= MOST_ITERATIONS)) return null;
  return {
    key: Uint8Array.fromBase64(key),
    derive: async (text) => {
      const derived = await stretch(text, { salt, iterations });
      // A hash of an older Django is not told apart by its time, as Django sees to it too.
      const missing = ITERATIONS - iterations;
      if (missing > 0) await stretch(text, { salt, iterations: missing });
      return derived;
    },
  };
}

function readArgon2(stored: string): Stored | null {
  const [, kind = "", memory, passes, lanes, salt, key] = ARGON2.exec(stored) ?? [];
  const memorySize = Number(memory);
  const iterations = Number(passes);
  const parallelism = Number(lanes);
  const bytes = [salt, key].map(decoded);
  const [saltBytes, keyBytes] = bytes;
  if (!saltBytes || !keyBytes || saltBytes.length < 8 || keyBytes.length < 4) return null;
  const isSensible = parallelism >= 1 && parallelism <= MOST_LANES && iterations >= 1 &&
    iterations <= MOST_PASSES && memorySize >= 8 * parallelism && memorySize <= MOST_MEMORY_KIB &&
    memorySize * iterations <= MOST_KIB_TOUCHED;
  if (!isSensible) return null;
  return {
    key: keyBytes,
    derive: async (password) => {
      const { argon2d, argon2i, argon2id } = await import("hash-wasm");
      const derive = { i: argon2i, d: argon2d, id: argon2id }[kind] ?? argon2id;
      const cost = { iterations, memorySize, parallelism };
      const shape = { hashLength: keyBytes.length, outputType: "binary" } as const;
      return await derive({ password, salt: saltBytes, ...cost, ...shape });
    },
  };
}

/** Argon2's base64 has no padding; null for what is none. */
function decoded(text: string | undefined): Uint8Array | null {
  try {
    return Uint8Array.fromBase64(text ?? "");
  } catch {
    return null;
  }
}

function stretch(
  text: string,
  { salt, iterations }: { salt: string; iterations: number },
): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  pbkdf2(text, salt, iterations, KEY_BYTES, "sha256", (error, key) => {
    if (error) reject(error);
    // A plain array, whose base64 methods every runtime has.
    else resolve(new Uint8Array(key));
  });
  return promise;
}

/** Whether anything opens what stands in a row for a password; Django writes `!` for nothing. */
export function isUsablePassword(kept: string): boolean {
  return kept !== "" && !kept.startsWith("!");
}
