import assert from "node:assert/strict";
import { Clock } from "../auth/clock.ts";
import type { Order, Seen, SignIn } from "../clients/orders.ts";
import { type Client, CLIENTS, type Speaker } from "../clients/table.ts";
import type { Site } from "../site.ts";
import { Folder } from "../support/folder.ts";
import { Browser, LOOPBACK, startOwn } from "../support/own_sign_in.ts";

/** The browser of a person who lets in whatever asks, with a scope that is set beforehand. */
class Person implements AsyncDisposable {
  /** What is granted from now on. */
  scope = "admin";
  /** How often a client has sent the person here. */
  visits = 0;
  readonly #site: Site;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(site: Site) {
    this.#site = site;
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(options, (request) => this.#open(request));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/open`;
  }

  async #open(request: Request): Promise<Response> {
    this.visits++;
    const url = new URL(request.url).searchParams.get("url") ?? "";
    const browser = new Browser(this.#site);
    await browser.signIn(url, this.#site.tokens.admin);
    const told = await browser.decide(url, { scope: this.scope });
    assert.equal(told.status, 303, told.text);
    return new Response(null, { status: 302, headers: { location: told.to().href } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

interface Row {
  readonly client: Client;
  readonly speaker: Speaker;
}

interface Place {
  readonly site: Site;
  readonly person: Person;
  readonly signIn: SignIn;
}

/** What a client's own words say of a step that it has not done. */
type Step = (row: Row, place: Place) => Promise<string>;

const done = (seen: Seen): string => seen.error ?? (seen.isError ? seen.text ?? "error" : "ok");

async function call({ speaker }: Row, tool: string, given: object = {}): Promise<string> {
  return done(await speaker.ask({ call: tool, arguments: { ...given } } as Order));
}

async function connect({ client, speaker }: Row, { site, signIn }: Place): Promise<string> {
  const { mode, through } = client;
  const server = { mode, transport: "http", url: site.url, headers: {}, signIn } as const;
  return done(await speaker.ask({ connect: await through?.(server) ?? server }));
}

/** In this order, each by all clients; what happens to the server before is in the name. */
const STEPS: Readonly<Record<string, Step>> = {
  "sign in": connect,
  call: (row) => call(row, "get_nodes"),
  renew: async (row) => {
    await row.speaker.ask({ advanceSeconds: 660 });
    return await call(row, "get_nodes");
  },
  "told of the end": async (row) => {
    const told = await call(row, "get_nodes");
    // With the token its session has ended, where there is one.
    return /[Ss]ession|-32000|closed|401|Authentication required/.test(told) ? "ok" : told;
  },
  "sign in anew": async (row, place) => {
    const told = await connect(row, place);
    return told === "ok" ? await call(row, "get_nodes") : told;
  },
};

const BEFORE: Readonly<Record<string, (place: Place, clock: Clock) => Promise<void>>> = {
  renew: ({ person }, clock) => {
    person.visits = 0;
    clock.advance(660_000);
    return Promise.resolve();
  },
  "told of the end": async ({ site, person }) => {
    assert.equal(person.visits, 0, "a client that renews sends nobody to sign in");
    for (const { id, name } of await site.store.listTokens()) {
      if (name.endsWith("(sign-in)")) await site.store.revokeToken(id);
    }
  },
};

Deno.test("clients sign in by OAuth, renew, and sign in anew when they are ended", async () => {
  const clock = new Clock(new Date().toISOString());
  const { now, monotonic } = clock;
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await Folder.make());
  const site = stack.use(await startOwn({ now, monotonic }));
  const person = stack.use(new Person(site));
  const browser = await folder.write("browser", programOf(person), 0o700);
  const home = folder.at("home");
  const { PATH = "" } = Deno.env.toObject();
  const env = { BROWSER: `${browser} %s`, HOME: home, MCP_REMOTE_CONFIG_DIR: home, PATH };
  const signIn = { browser: person.url, redirect: LOOPBACK, name: "Tester", env };
  const place = { site, person, signIn };
  const rows: Row[] = [];
  for (const client of CLIENTS) {
    if (!client.asks || client.name.endsWith("before 2026")) continue;
    const speaker = stack.use(await client.start({ BROWSER: env.BROWSER }));
    rows.push({ client, speaker });
  }
  const table = new Map(rows.map((row): [Row, string[]] => [row, []]));
  for (const [name, step] of Object.entries(STEPS)) {
    await BEFORE[name]?.(place, clock);
    for (const row of rows) table.get(row)?.push(await step(row, place).catch(String));
  }
  const lines = [...table].map(([{ client }, cells]) =>
    [client.name.padEnd(24), ...cells].join("  ")
  );
  Deno.stdout.writeSync(new TextEncoder().encode(`${lines.join("\n")}\n`));
  for (const [{ client }, cells] of table) {
    assert.deepEqual(cells, Object.keys(STEPS).map(() => "ok"), client.name);
  }
});

/** Opens what it is given, as the program does that a desk has for it: whoever asked need not wait. */
function programOf({ url }: Person): string {
  const back = `$(curl -sG -o /dev/null -w '%{redirect_url}' --data-urlencode "url=$1" ${url})`;
  const retry = "--retry 30 --retry-delay 1 --retry-connrefused";
  return `#!/bin/sh\n(curl -s ${retry} -o /dev/null "${back}") >/dev/null 2>&1 &\n`;
}
