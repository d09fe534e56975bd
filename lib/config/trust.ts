/** What a server's certificate is held to; at most one of them may be other than its default. */
export interface TrustKeys {
  readonly verify_ssl: boolean;
  readonly ca_file: string | null;
  readonly fingerprint: string | null;
}

/** The key that contradicts another, and that other one as messages write it; null where none does. */
export function trustConflict(
  { verify_ssl, ca_file, fingerprint }: TrustKeys,
): { readonly name: string; readonly other: string } | null {
  if (fingerprint !== null && !verify_ssl) {
    return { name: "fingerprint", other: "{verify_ssl}: false" };
  }
  if (fingerprint !== null && ca_file !== null) return { name: "fingerprint", other: "{ca_file}" };
  if (ca_file !== null && !verify_ssl) return { name: "ca_file", other: "{verify_ssl}: false" };
  return null;
}
