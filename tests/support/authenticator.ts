import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

const BASE64 = { alphabet: "base64url", omitPadding: true } as const;

export interface Assertion {
  readonly challenge: string;
  readonly origin: string;
  readonly rpId?: string;
  readonly userId: number;
  readonly counter?: number;
  /** Whether a person was verified by it. */
  readonly verified?: boolean;
}

/** A security key that signs whatever it is told to, for sites that must not believe it. */
export class Authenticator {
  readonly credentialId = crypto.getRandomValues(new Uint8Array(16)).toBase64(BASE64);
  readonly #key: KeyObject;
  /** As COSE, base64url. */
  readonly publicKey: string;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#key = privateKey;
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    const [xBytes, yBytes] = [x, y].map((part) =>
      Uint8Array.fromBase64(part, { alphabet: "base64url" })
    );
    const head = Uint8Array.fromHex("a50102032620012158 20".replace(" ", ""));
    this.publicKey = joined(head, xBytes ?? head, Uint8Array.fromHex("225820"), yBytes ?? head)
      .toBase64(BASE64);
  }

  /** What a browser would send for it. */
  assert(
    { challenge, origin, rpId = "localhost", userId, counter = 1, verified = true }: Assertion,
  ): string {
    const clientData = bytes(JSON.stringify({ type: "webauthn.get", challenge, origin }));
    const count = new Uint8Array(4);
    new DataView(count.buffer).setUint32(0, counter);
    const flags = Uint8Array.of(verified ? 0x05 : 0x01);
    const authenticatorData = joined(sha256(bytes(rpId)), flags, count);
    const signed = joined(authenticatorData, sha256(clientData));
    return JSON.stringify({
      id: this.credentialId,
      rawId: this.credentialId,
      type: "public-key",
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toBase64(BASE64),
        authenticatorData: authenticatorData.toBase64(BASE64),
        signature: new Uint8Array(sign("sha256", signed, this.#key)).toBase64(BASE64),
        userHandle: bytes(String(userId)).toBase64(BASE64),
      },
    });
  }
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function sha256(data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(data).digest());
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
