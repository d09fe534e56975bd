/** Where clients on the web have their people sent back to. */
export const REDIRECT = "https://client.example/callback";

/** A client on the web, as the identity provider knows it. */
export function hosted(client_id: string) {
  return {
    client_id,
    redirect_uris: [REDIRECT],
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code"],
    response_types: ["code"],
  };
}

/** A program on people's computers, which listens on any port. */
export function installed(client_id: string) {
  return {
    ...hosted(client_id),
    application_type: "native",
    redirect_uris: ["127.0.0.1", "localhost"].flatMap((host) => [
      `http://${host}/callback`,
      `http://${host}/oauth/callback`,
    ]),
    grant_types: ["authorization_code", "refresh_token"],
  };
}
