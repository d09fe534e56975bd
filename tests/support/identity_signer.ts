import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from "jose";

/** By whose key the tokens of an identity provider are signed. */
export interface Signer {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

export async function newSigner(kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  const facts = { kid, alg: "RS256", use: "sig" };
  return {
    kid,
    privateKey,
    publicJwk: { ...await exportJWK(publicKey), ...facts },
    privateJwk: { ...await exportJWK(privateKey), ...facts },
  };
}
