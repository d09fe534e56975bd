const IV_BYTES = 12;
const BASE64 = { alphabet: "base64url" } as const;

/**
 * Makes texts that others keep for the server, encrypted and sealed: every instance with the same key
 * can read what another has made, and nobody else can make one.
 */
export class Seal {
  readonly #rawKey: () => Promise<Uint8Array<ArrayBuffer>>;
  readonly #longest: number;
  #key: CryptoKey | undefined;

  /**
   * @param options.key 32 bytes, the same on all instances that share clients
   * @param options.longest characters of a sealed text that are looked at
   */
  constructor({ key, longest }: { key: () => Promise<Uint8Array<ArrayBuffer>>; longest: number }) {
    this.#rawKey = key;
    this.#longest = longest;
  }

  /** @param bound what the text belongs to: without the same it cannot be opened */
  async seal(text: string, bound = ""): Promise<string> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const plain = new TextEncoder().encode(text);
    const sealed = await crypto.subtle.encrypt(algorithm(iv, bound), await this.#keyed(), plain);
    const whole = new Uint8Array([...iv, ...new Uint8Array(sealed)]);
    return whole.toBase64({ ...BASE64, omitPadding: true });
  }

  /** The text; undefined for what was not sealed with this key. */
  async open(sealed: string, bound = ""): Promise<string | undefined> {
    const key = await this.#keyed();
    try {
      if (sealed.length > this.#longest) return undefined;
      const whole = Uint8Array.fromBase64(sealed, BASE64);
      const how = algorithm(whole.subarray(0, IV_BYTES), bound);
      const plain = await crypto.subtle.decrypt(how, key, whole.subarray(IV_BYTES));
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

function algorithm(iv: Uint8Array<ArrayBuffer>, bound: string): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(bound) };
}
