import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Site, type SiteOptions } from "../site.ts";
import { freePort } from "./port.ts";

export const VERIFIER = "v".repeat(43);
export const LOOPBACK = "http://127.0.0.1:7777/callback";

/** A site on whose own pages people let clients in. */
export function startOwn(
  { config = {}, ...options }: SiteOptions = {},
): Promise<Site> {
  const port = freePort();
  const server = {
    port,
    public_url: `http://127.0.0.1:${port}`,
    oauth: { own: true, client_hosts: ["client.example"] },
    ...config.server,
  };
  return Site.start({ ...options, config: { ...config, server } });
}

/** What came back, its body read. */
export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  // deno-lint-ignore no-explicit-any -- each test knows the shape it asks for
  json(): any;
  /** Where the browser is sent. */
  to(): URL;
}

export async function ask(url: string | URL, init: RequestInit = {}): Promise<Told> {
  const { status, headers, ...response } = await fetch(url, { redirect: "manual", ...init })
    .then(async (got) => ({
      status: got.status,
      headers: got.headers,
      text: await got.text(),
    }));
  return {
    ...response,
    status,
    headers,
    json: () => JSON.parse(response.text),
    to: () => new URL(headers.get("location") ?? "", url),
  };
}

export async function register(
  site: Site,
  metadata: Record<string, unknown> = {},
): Promise<string> {
  const told = await ask(`${site.root}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ client_name: "Tester", redirect_uris: [LOOPBACK], ...metadata }),
  });
  assert.equal(told.status, 201, told.text);
  return told.json().client_id;
}

export function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}

/** The address that a client sends a browser to; a null parameter is left out. */
export function authorizeUrl(
  site: Site,
  clientId: string,
  changes: Record<string, string | null> = {},
): string {
  const params = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: LOOPBACK,
    code_challenge: challengeOf(VERIFIER),
    code_challenge_method: "S256",
    scope: "user write admin",
    state: "s t+a%te&=",
    resource: site.server.url,
    ...changes,
  };
  const given = Object.entries(params).filter((entry): entry is [string, string] =>
    entry[1] !== null
  );
  return `${site.root}/oauth/authorize?${new URLSearchParams(given)}`;
}

/** A person's browser: it has signed in with a token. */
export class Browser {
  readonly #site: Site;
  readonly #headers: Readonly<Record<string, string>>;
  #cookie = "";

  /** @param headers that go with all it sends, such as a proxy's */
  constructor(site: Site, headers: Readonly<Record<string, string>> = {}) {
    this.#site = site;
    this.#headers = headers;
  }

  get cookie(): string {
    return this.#cookie;
  }

  async signIn(url: string, token: string): Promise<Told> {
    const { pathname, search } = new URL(url);
    const fields = { do: "token", token, next: pathname + search };
    const told = await this.send("/sign-in", fields);
    this.#cookie = told.headers.get("set-cookie")?.split(";")[0] ?? this.#cookie;
    return told;
  }

  see(url: string): Promise<Told> {
    return ask(url, { headers: { ...this.#headers, cookie: this.#cookie } });
  }

  send(
    path: string,
    fields: Record<string, string>,
    { origin = this.#site.root }: { origin?: string | null } = {},
  ): Promise<Told> {
    return ask(this.#site.root + path, {
      method: "POST",
      headers: { ...this.#headers, cookie: this.#cookie, ...(origin === null ? {} : { origin }) },
      body: new URLSearchParams(fields),
    });
  }

  /** Decides on what the client asks at this address; the changes are laid over the form as it is shown. */
  async decide(url: string, changes: Record<string, string> = {}): Promise<Told> {
    const { text } = await this.see(url);
    return await this.send("/oauth/consent", { ...fieldsIn(text), do: "allow", ...changes });
  }
}

/** What a form on the page would send if nothing in it were touched. */
export function fieldsIn(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  const form = text.slice(text.indexOf('action="/oauth/consent"'));
  for (const [input] of form.matchAll(/<input[^>]*>/g)) {
    const { name = "", value = "", type = "" } = Object.fromEntries(
      [...input.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    );
    const isChosen = !["radio", "checkbox"].includes(type) || / checked/.test(input);
    if (isChosen && !/ disabled/.test(input)) fields[name] = value;
  }
  return fields;
}

/** Asks the token endpoint; a null parameter is left out. */
export function tokenOf(
  site: Site,
  params: Record<string, string | null>,
): Promise<Told> {
  const given = Object.entries(params).filter((entry): entry is [string, string] =>
    entry[1] !== null
  );
  return ask(`${site.root}/oauth/token`, { method: "POST", body: new URLSearchParams(given) });
}

export function redeem(
  site: Site,
  { clientId, code, ...changes }:
    & { clientId: string; code: string }
    & Record<string, string | null>,
): Promise<Told> {
  return tokenOf(site, {
    grant_type: "authorization_code",
    client_id: clientId,
    code,
    code_verifier: VERIFIER,
    redirect_uri: LOOPBACK,
    resource: site.server.url,
    ...changes,
  });
}

export function renew(
  site: Site,
  { clientId, refresh, ...changes }:
    & { clientId: string; refresh: string }
    & Record<string, string | null>,
): Promise<Told> {
  return tokenOf(site, {
    grant_type: "refresh_token",
    client_id: clientId,
    refresh_token: refresh,
    ...changes,
  });
}

/** A client that has been let in up to its code. */
export async function letIn(
  site: Site,
  { token = site.tokens.admin, asked = {}, choice = {} }: {
    token?: string;
    asked?: Record<string, string | null>;
    choice?: Record<string, string>;
  } = {},
): Promise<{ clientId: string; code: string; browser: Browser; back: URL }> {
  const clientId = await register(site);
  const url = authorizeUrl(site, clientId, asked);
  const browser = new Browser(site);
  await browser.signIn(url, token);
  const told = await browser.decide(url, choice);
  assert.equal(told.status, 303, told.text);
  const back = told.to();
  return { clientId, code: back.searchParams.get("code") ?? "", browser, back };
}

/** The same with its first tokens. */
export async function signedIn(site: Site, options: Parameters<typeof letIn>[1] = {}) {
  const { clientId, code, browser } = await letIn(site, options);
  const told = await redeem(site, { clientId, code });
  assert.equal(told.status, 200, told.text);
  const { access_token, refresh_token, ...rest } = told.json();
  const [row] = (await site.store.listTokens()).toReversed();
  assert.ok(row);
  return {
    clientId,
    code,
    browser,
    access: access_token as string,
    refresh: refresh_token as string,
    rest,
    row,
  };
}

/** Whether the server answers a client that bears this. */
export async function statusOf(site: Site, token: string): Promise<number> {
  return (await site.post({ method: "tools/list" }, site.headers(token))).status;
}
