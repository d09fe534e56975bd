import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import Provider from "oidc-provider";
import { makeCertificate } from "../fake_pve/certificate.ts";

const REDIRECT = "https://client.example/callback";
const ALL = "user write admin";

interface Signer {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

async function newSigner(kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  const facts = { kid, alg: "RS256", use: "sig" };
  return {
    kid,
    privateKey,
    publicJwk: { ...await exportJWK(publicKey), ...facts },
    privateJwk: { ...await exportJWK(privateKey), ...facts },
  };
}

/** What stands in the place of a document; undefined leaves the provider's own. */
type Fault = (path: string, response: ServerResponse) => boolean;

/** A person at the provider, as its tokens tell of them. */
export interface Person {
  readonly subject: string;
  readonly username?: string;
  readonly groups?: readonly string[];
}

/**
 * A real identity provider (oidc-provider) over HTTPS with a CA of its own, whose people sign in without being
 * asked for anything.
 */
export class IdentityProvider implements AsyncDisposable {
  readonly issuer: string;
  readonly caFile: string;
  /** The paths that were asked for. */
  readonly asked: string[] = [];
  /** What a client is let have, of those that ask a person by a browser; all by default. */
  readonly lets = new Map<string, string>();
  readonly #people = new Map<string, Person>();
  readonly #clients: readonly string[];
  /** How long its access tokens live, in seconds. */
  life = 600;
  readonly #server: ReturnType<typeof createServer>;
  #signer: Signer;
  #callback: (request: IncomingMessage, response: ServerResponse) => unknown;
  #fault: Fault = () => false;
  readonly #audience: string;

  private constructor(
    { issuer, caFile, server, signer, audience, clients }: {
      issuer: string;
      caFile: string;
      server: ReturnType<typeof createServer>;
      signer: Signer;
      audience: string;
      clients: readonly string[];
    },
  ) {
    this.issuer = issuer;
    this.caFile = caFile;
    this.#server = server;
    this.#signer = signer;
    this.#audience = audience;
    this.#clients = clients;
    this.#callback = this.#open();
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const path = (request.url ?? "").split("?")[0] ?? "";
      this.asked.push(path);
      if (!this.#fault(path, response)) this.#callback(request, response);
    });
  }

  /** @param options.clients programs on people's computers that it knows besides its own two */
  static async start(
    { audience, clients = [] }: { audience: string; clients?: readonly string[] },
  ): Promise<IdentityProvider> {
    const { caPem, certPem, keyPem } = makeCertificate("id.example");
    const caFile = await Deno.makeTempFile({ prefix: "issuer-ca-" });
    await Deno.writeTextFile(caFile, caPem);
    const server = createTlsServer({ cert: certPem, key: keyPem });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const issuer = `https://localhost:${(server.address() as AddressInfo).port}`;
    return new IdentityProvider({
      issuer,
      caFile,
      server,
      audience,
      clients,
      signer: await newSigner("first"),
    });
  }

  /** What `server.oauth` says to use it. */
  get config(): Record<string, unknown> {
    return { issuer: this.issuer, ca_file: this.caFile };
  }

  get publicJwk(): JWK {
    return this.#signer.publicJwk;
  }

  /** From now on it signs with another key, and publishes that one alone. */
  async rotate(kid: string): Promise<void> {
    this.#signer = await newSigner(kid);
    this.#callback = this.#open();
  }

  /** Puts something in the place of documents; without one the provider answers as it is. */
  break(fault: Fault = () => false): void {
    this.#fault = fault;
  }

  /** Signs somebody in with a client, by code and PKCE as clients do; gives what the token endpoint answers. */
  async signIn(
    person: Person,
    { client = "assistant", scope = "openid user" }: { client?: string; scope?: string } = {},
  ): Promise<{ access_token: string; id_token: string; scope: string }> {
    this.#people.set(person.subject, person);
    const verifier = "v".repeat(43);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    const code_challenge = new Uint8Array(digest)
      .toBase64({ alphabet: "base64url", omitPadding: true });
    const asked = new URLSearchParams({
      client_id: client,
      redirect_uri: REDIRECT,
      response_type: "code",
      scope,
      code_challenge,
      code_challenge_method: "S256",
      resource: this.#audience,
      login_hint: person.subject,
    });
    const back = await this.visit(`${this.issuer}/auth?${asked}`);
    const code = back.searchParams.get("code");
    if (code === null) throw new Error(`No code: ${back.href}`);
    const answer = await this.#fetch(`${this.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: client,
        redirect_uri: REDIRECT,
        code,
        code_verifier: verifier,
        resource: this.#audience,
      }),
    });
    return await answer.json();
  }

  /** A token as the provider's own key signs it, whatever it says. */
  async sign(
    claims: Record<string, unknown>,
    { header = {}, key }: { header?: Record<string, unknown>; key?: CryptoKey | Uint8Array } = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return await new SignJWT({
      iss: this.issuer,
      aud: this.#audience,
      sub: "someone",
      client_id: "assistant",
      iat: now,
      exp: now + 600,
      ...claims,
    }).setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid: this.#signer.kid, ...header })
      .sign(key ?? this.#signer.privateKey, { crit: { "x-test": true } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await Deno.remove(this.caFile);
  }

  /** A browser's way from where a client sends it to where it is sent back. */
  async visit(start: string, person?: Person): Promise<URL> {
    if (person) this.#people.set(person.subject, person);
    const cookies = new Map<string, string>();
    let url = new URL(start);
    if (person) url.searchParams.set("login_hint", person.subject);
    for (let step = 0; step < 10; step++) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await this.#fetch(url.href, { headers: { cookie }, redirect: "manual" });
      const text = await response.text();
      for (const line of response.headers.getSetCookie()) {
        const [name = "", value = ""] = line.split(";")[0]?.split("=") ?? [];
        cookies.set(name, value);
      }
      const location = response.headers.get("location");
      if (location === null) {
        throw new Error(`No redirect: ${response.status} ${text.slice(0, 500)}`);
      }
      url = new URL(location, url);
      if (url.origin !== this.issuer) return url;
    }
    throw new Error(`No end of redirects: ${url.href}`);
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(this.caFile)] });
    const response = await fetch(url, { ...init, client });
    return new Response(await response.text(), response);
  }

  #open() {
    const audience = this.#audience;
    const provider = new Provider(this.issuer, {
      jwks: { keys: [this.#signer.privateJwk] },
      clients: [
        ...["assistant", "editor"].map((client_id) => ({
          client_id,
          redirect_uris: [REDIRECT],
          token_endpoint_auth_method: "none",
          grant_types: ["authorization_code"],
          response_types: ["code"],
        })),
        ...this.#clients.map((client_id) => ({
          client_id,
          application_type: "native",
          redirect_uris: ["127.0.0.1", "localhost"].flatMap((host) => [
            `http://${host}/callback`,
            `http://${host}/oauth/callback`,
          ]),
          token_endpoint_auth_method: "none",
          grant_types: ["authorization_code", "refresh_token"],
          response_types: ["code"],
        })),
      ],
      // deno-lint-ignore no-explicit-any -- the provider has no types of its own
      issueRefreshToken: (_: unknown, client: any) => client.grantTypeAllowed("refresh_token"),
      cookies: { keys: ["test"] },
      scopes: ["openid"],
      features: {
        devInteractions: { enabled: false },
        resourceIndicators: {
          enabled: true,
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({
            scope: "user write admin",
            audience,
            accessTokenFormat: "jwt",
            accessTokenTTL: this.life,
          }),
        },
      },
      findAccount: (_: unknown, accountId: string) => ({
        accountId,
        claims: () => ({ sub: accountId }),
      }),
      extraTokenClaims: (_: unknown, { accountId }: { accountId: string }) => {
        const { username, groups } = this.#people.get(accountId) ?? {};
        return { preferred_username: username, groups };
      },
      // deno-lint-ignore no-explicit-any -- the provider has no types of its own
      loadExistingGrant: async ({ oidc }: any) => {
        const { clientId } = oidc.client;
        const grant = new provider.Grant({ clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope("openid");
        const scope = this.lets.get(clientId) ?? ALL;
        grant.addResourceScope(audience, scope);
        const kept = ALL.split(" ").filter((one) => !scope.split(" ").includes(one));
        if (kept.length > 0) grant.rejectResourceScope(audience, kept.join(" "));
        await grant.save();
        return grant;
      },
      interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    });
    const callback = provider.callback();
    return async (request: IncomingMessage, response: ServerResponse) => {
      if (!request.url?.startsWith("/interaction/")) return callback(request, response);
      const { params } = await provider.interactionDetails(request, response);
      const login = { accountId: params.login_hint };
      await provider.interactionFinished(request, response, { login });
    };
  }
}
