/** The errors of RFC 6749, 7009, 7591 and 8707 that are used here. */
export type OAuthCode =
  | "access_denied"
  | "invalid_client"
  | "invalid_client_metadata"
  | "invalid_grant"
  | "invalid_redirect_uri"
  | "invalid_request"
  | "invalid_scope"
  | "invalid_target"
  | "interaction_required"
  | "temporarily_unavailable"
  | "unsupported_grant_type"
  | "unsupported_response_type";

/** A request that is refused, in words that client and log may see. */
export class OAuthError extends Error {
  readonly code: OAuthCode;
  /** What was guessed, where guessing it is what the request may have been about. */
  readonly guess: string | null;

  /** @param options.cause what only the log is told */
  constructor(
    code: OAuthCode,
    message: string,
    { guess = null, cause }: { guess?: string | null; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = "OAuthError";
    this.code = code;
    this.guess = guess;
  }
}
