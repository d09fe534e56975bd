import { setPassword } from "../../lib/auth/user_changes.ts";
import { hashPassword } from "../../lib/auth/password.ts";
import { Site, type SiteOptions } from "../site.ts";
import { freePort } from "./port.ts";

export const PASSWORD = "correct horse battery";

/** A site whose people sign in by themselves: `boss` has a password, `ada` has none. */
export async function startPages(
  { own = true, server = {}, ...options }: SiteOptions & {
    own?: boolean;
    server?: Record<string, unknown>;
  } = {},
): Promise<Site> {
  const port = freePort();
  const site = await Site.start({
    ...options,
    config: {
      server: {
        port,
        host: "localhost",
        public_url: `http://localhost:${port}`,
        ...own ? { oauth: { own: true } } : {},
        ...server,
      },
    },
  });
  await site.store.createUser({
    username: "boss",
    roleName: null,
    isSuperuser: true,
    createdAt: new Date(),
  });
  await setPassword(site.store, { username: "boss", hash: await hashPassword(PASSWORD) });
  return site;
}

/** A browser that keeps its cookies and follows nothing, as one that attackers may use as they like. */
export class Visit {
  readonly #site: Site;
  readonly cookies = new Map<string, string>();

  constructor(site: Site) {
    this.#site = site;
  }

  get root(): string {
    return this.#site.root;
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  see(path: string, headers: Record<string, string> = {}): Promise<Seen> {
    return this.#fetch(path, { headers });
  }

  /** @param options.origin of the page that the form is on; null for none */
  send(
    path: string,
    fields: Record<string, string>,
    { origin = this.root, headers = {} }: {
      origin?: string | null;
      headers?: Record<string, string>;
    } = {},
  ): Promise<Seen> {
    return this.#fetch(path, {
      method: "POST",
      headers: { ...headers, ...(origin === null ? {} : { origin }) },
      body: new URLSearchParams(fields),
    });
  }

  /** Signs in with a password. */
  enter(
    { username = "boss", password = PASSWORD, ...rest }: Record<string, string> = {},
  ): Promise<Seen> {
    return this.send("/sign-in", { do: "password", username, password, ...rest });
  }

  /** What every form of a page holds. */
  async csrf(): Promise<string> {
    return csrfIn((await this.see("/my-access")).text);
  }

  async #fetch(path: string, init: RequestInit): Promise<Seen> {
    const response = await fetch(new URL(path, this.root), {
      redirect: "manual",
      ...init,
      headers: { ...init.headers as Record<string, string>, cookie: this.cookie },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const [name = "", value = ""] = pair.split("=");
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, text, location: headers.get("location") };
  }
}

export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly location: string | null;
}

export function csrfIn(text: string): string {
  return /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "";
}
