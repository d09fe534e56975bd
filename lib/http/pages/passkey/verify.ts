import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { NewPasskey, Passkeys } from "../../../auth/passkeys.ts";
import type { UserRecord } from "../../../auth/accounts.ts";
import { AppError, messageOf } from "../../../errors.ts";
import type { Checked } from "../sign_in/password.ts";
import type { PasskeySite } from "./challenges.ts";

const BASE64 = { alphabet: "base64url" } as const;

interface Expected {
  /** What was to be signed. */
  readonly challenge: string;
  readonly site: PasskeySite;
}

/** Who has signed with a passkey. */
export async function verifyAssertion(
  text: string,
  { challenge, site, passkeys, at }: Expected & { passkeys: Passkeys; at: Date },
): Promise<Checked> {
  const refused = (reason: string, known?: UserRecord): Checked => ({
    user: undefined,
    known,
    reason: `passkey: ${reason}`,
  });
  const response = jsonOf(text) as AuthenticationResponseJSON | undefined;
  if (typeof response?.id !== "string") return refused("unreadable");
  const found = await passkeys.find(response.id);
  if (found === undefined) return refused("unknown");
  const { passkey, user } = found;
  if (response.response?.userHandle !== userHandle(user.id)) {
    return refused("of another user", user);
  }
  const { verifyAuthenticationResponse } = await import("@simplewebauthn/server");
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: site.origin,
    expectedRPID: site.rpId,
    requireUserVerification: true,
    credential: {
      id: passkey.credentialId,
      publicKey: Uint8Array.fromBase64(passkey.publicKey, BASE64),
      counter: passkey.counter,
    },
  }).catch(reasonOf);
  if (typeof verified === "string") return refused(verified, user);
  if (!verified.verified) return refused("wrong signature", user);
  if (!user.isActive) return refused(`user ${user.username} is not active`, user);
  const { newCounter } = verified.authenticationInfo;
  const first = await passkeys.used(passkey, { counter: newCounter, at });
  return first ? { user } : refused("used twice at once", user);
}

/** The passkey that was made, or why it cannot be taken. */
export async function verifyNewPasskey(
  text: string,
  { challenge, site }: Expected,
): Promise<Pick<NewPasskey, "credentialId" | "publicKey" | "counter" | "transports"> | string> {
  const response = jsonOf(text) as RegistrationResponseJSON | undefined;
  if (response === undefined) return "unreadable";
  const { verifyRegistrationResponse } = await import("@simplewebauthn/server");
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: site.origin,
    expectedRPID: site.rpId,
    requireUserVerification: true,
  }).catch(reasonOf);
  if (typeof verified === "string") return verified;
  if (!verified.verified) return "wrong attestation";
  const { id, publicKey, counter, transports = [] } = verified.registrationInfo.credential;
  return {
    credentialId: id,
    publicKey: publicKey.toBase64({ ...BASE64, omitPadding: true }),
    counter,
    transports: transports.filter((way) => typeof way === "string").slice(0, 8),
  };
}

/** How authenticators name a user: by nothing that tells who it is. */
export function userHandle(userId: number): string {
  return new TextEncoder().encode(String(userId)).toBase64({ ...BASE64, omitPadding: true });
}

function jsonOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The library throws for whatever does not fit. */
function reasonOf(error: unknown): string {
  if (error instanceof AppError) throw error;
  return messageOf(error).slice(0, 200);
}
