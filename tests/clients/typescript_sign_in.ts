import type { SignIn } from "./orders.ts";

/** The part of a transport that ends a sign-in. */
interface Transport {
  finishAuth(code: string, issuer?: string): Promise<void>;
}

/** What both versions of the TypeScript SDK ask a program for to sign its user in. */
export class Visitor {
  readonly redirectUrl: string;
  readonly clientMetadata: Record<string, unknown>;
  transport: Transport | undefined;
  readonly #browser: string;
  #client: unknown;
  #tokens: unknown;
  #verifier = "";
  #state = "";
  #back: URLSearchParams | undefined;

  constructor({ browser, redirect, name }: SignIn) {
    this.redirectUrl = redirect;
    this.clientMetadata = {
      client_name: name,
      redirect_uris: [redirect],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
    };
    this.#browser = browser;
  }

  state(): string {
    this.#state = crypto.randomUUID();
    return this.#state;
  }

  clientInformation(): unknown {
    return this.#client;
  }

  saveClientInformation(client: unknown): void {
    this.#client = client;
  }

  tokens(): unknown {
    return this.#tokens;
  }

  saveTokens(tokens: unknown): void {
    this.#tokens = tokens;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  invalidateCredentials(what: "all" | "client" | "tokens" | "verifier" | "discovery"): void {
    if (what === "all" || what === "tokens") this.#tokens = undefined;
    if (what === "all" || what === "client") this.#client = undefined;
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    const asked = new URLSearchParams({ url: url.href });
    const { headers, body } = await fetch(`${this.#browser}?${asked}`, { redirect: "manual" });
    await body?.cancel();
    this.#back = new URL(headers.get("location") ?? "").searchParams;
  }

  /** Takes what the user has come back with to the transport; false if nobody was sent away. */
  async finish(): Promise<boolean> {
    const back = this.#back;
    this.#back = undefined;
    if (back === undefined || this.transport === undefined) return false;
    if (back.get("state") !== this.#state) throw new Error("Cannot sign in: another state");
    await this.transport.finishAuth(back.get("code") ?? "", back.get("iss") ?? undefined);
    return true;
  }
}
