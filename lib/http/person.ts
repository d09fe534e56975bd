import type { Principal } from "../auth/principal.ts";
import { AppError } from "../errors.ts";
import type { AppServices } from "./services.ts";

/**
 * Who bears this token, if it is a person's own: what a client got by signing in signs nobody in to a page,
 * where it could approve and let in others in the person's name.
 *
 * @throws AppError as `authenticate` does
 */
export async function personOf(
  services: Pick<AppServices, "authenticate">,
  { token, address }: { token: string; address: string },
): Promise<Principal> {
  const principal = await services.authenticate(token, address);
  if (!principal.signedIn) return principal;
  throw new AppError("unauthorized", "Authentication required. Provide a valid token.", {
    cause: new Error("a client's access token is no person's"),
  });
}
