const IV_BYTES = 12;
const LONGEST = 8_192;
const BASE64 = { alphabet: "base64url" } as const;

/** Texts that only instances with the same key can make and read (AES-GCM), as base64url. */
export class Seal {
  readonly #rawKey: () => Promise<Uint8Array<ArrayBuffer>>;
  #key: CryptoKey | undefined;

  /** @param key gives 32 bytes, the same on all instances that are to read one another's */
  constructor(key: () => Promise<Uint8Array<ArrayBuffer>>) {
    this.#rawKey = key;
  }

  async close(text: string): Promise<string> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const plain = new TextEncoder().encode(text);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await this.#keyed(), plain);
    const whole = new Uint8Array([...iv, ...new Uint8Array(sealed)]);
    return whole.toBase64({ ...BASE64, omitPadding: true });
  }

  /** Undefined for what was not sealed with this key. */
  async open(sealed: string): Promise<string | undefined> {
    const key = await this.#keyed();
    try {
      if (sealed.length > LONGEST) return undefined;
      const whole = Uint8Array.fromBase64(sealed, BASE64);
      const algorithm = { name: "AES-GCM", iv: whole.subarray(0, IV_BYTES) };
      const plain = await crypto.subtle.decrypt(algorithm, key, whole.subarray(IV_BYTES));
      return new TextDecoder().decode(plain);
    } catch {
      // Whatever is wrong with it: this server has not made it.
      return undefined;
    }
  }

  /** A key that cannot be had now is asked for again by the next request. */
  async #keyed(): Promise<CryptoKey> {
    const uses: KeyUsage[] = ["encrypt", "decrypt"];
    const key = this.#key ??
      await crypto.subtle.importKey("raw", await this.#rawKey(), "AES-GCM", false, uses);
    this.#key = key;
    return key;
  }
}
