import assert from "node:assert/strict";
import { CLIENTS } from "../clients/table.ts";
import { Person } from "../clients/person.ts";
import type { SignIn } from "../clients/orders.ts";
import { AFTER, LONGER, type Place, type Row, type Step, STEPS } from "../clients/sign_in_steps.ts";
import { drawn } from "../support/drawn.ts";
import { Folder } from "../support/folder.ts";
import { IdentityProvider } from "../support/identity_provider.ts";
import { Browser, startOwn } from "../support/own_sign_in.ts";
import { AYSE, startProvidedSite } from "../support/provided_site.ts";
import { freePort } from "../support/port.ts";

const DOCUMENTS = "https://client.example/";

type Cells = Map<Row, Record<string, string>>;

/** Lets the rows take their steps, three rows at a time, and notes how it went. */
async function take(steps: Readonly<Record<string, Step>>, cells: Cells): Promise<void> {
  const rows = [...cells.entries()];
  const work = async () => {
    for (let next = rows.shift(); next !== undefined; next = rows.shift()) {
      const [row, cell] = next;
      for (const [name, step] of Object.entries(steps)) {
        cell[name] = await step(row).catch((error) => `FAILED: ${error.message}`);
      }
    }
  };
  await Promise.all([work(), work(), work()]);
}

/** What a person does who is asked: lets the client look, and, when asked again, have all that it asks for. */
function deciding(
  { site, provider }: Place,
  address: string,
): (url: string) => Promise<URL> {
  let isFirst = true;
  return async (url) => {
    if (provider) return await provider.visit(url, AYSE);
    const browser = new Browser(site, { "x-forwarded-for": address });
    await browser.signIn(url, site.tokens.admin);
    const told = await browser.decide(url, isFirst ? { scope: "user" } : {});
    assert.equal(told.status, 303, url);
    isFirst = false;
    return told.to();
  };
}

/** Stands for the browser of programs that open it by themselves. */
const OPENER = `#!/bin/sh
curl -sG --data-urlencode "url=$1" "$PERSON" >/dev/null 2>&1 &
`;

const COLUMNS = [...Object.keys(STEPS), ...Object.keys(AFTER)];

Deno.test("real clients sign their users in, at this server and at a provider", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await Folder.make());
  await folder.write("xdg-open", OPENER, 0o700);
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const clients = CLIENTS.filter(({ signsIn }) => signsIn !== undefined);
  const pve = { guests: 10 * clients.length * 3 };
  const own: Place = {
    provider: undefined,
    site: stack.use(
      await startOwn({
        ...{ now, pve },
        // Each person asks from an address of their own, as far as the server sees.
        config: { server: { trusted_proxies: ["127.0.0.1"] } },
        clientFetch: (url) =>
          Promise.resolve(Response.json({
            client_id: url,
            client_name: decodeURIComponent(url.slice(DOCUMENTS.length)),
            redirect_uris: ["127.0.0.1", "localhost"].flatMap((host) => [
              `http://${host}/callback`,
              `http://${host}/oauth/callback`,
            ]),
          })),
      }),
    ),
  };
  const port = freePort();
  const public_url = `http://127.0.0.1:${port}`;
  const provider = stack.use(
    await IdentityProvider.start({
      audience: `${public_url}/mcp`,
      clients: clients.map(({ name }) => slugOf(name)),
    }),
  );
  const site = stack.use(
    await startProvidedSite(provider, { ...{ now, pve }, server: { port, public_url } }),
  );
  const provided: Place = { provider, site };

  const cells: Cells = new Map();
  let vmid = 1000;
  for (const client of clients) {
    for (const known of client.signsIn ?? []) {
      const place = known === "preset" ? provided : own;
      const person = stack.use(new Person(deciding(place, `192.0.2.${cells.size + 1}`)));
      const slug = slugOf(client.name);
      if (known === "preset") provider.lets.set(slug, "user");
      const home = folder.at(`${slug}-${known}`);
      await Deno.mkdir(home);
      const env = {
        PERSON: person.following,
        PATH: `${folder.path}:${Deno.env.get("PATH")}`,
        BROWSER: folder.at("xdg-open"),
        MCP_AUTO_OPEN_ENABLED: "true",
        MCP_INSPECTOR_SECRET_STORE: "file",
        MCP_REMOTE_CONFIG_DIR: home,
        SSL_CERT_FILE: provider.caFile,
        DENO_CERT: provider.caFile,
        NODE_EXTRA_CA_CERTS: provider.caFile,
      };
      const signIn: SignIn = {
        browser: person.browser,
        redirect: client.asks
          ? "http://127.0.0.1:7777/callback"
          : `http://127.0.0.1:${freePort()}/oauth/callback`,
        name: client.name,
        ...(known === "preset" ? { clientId: slug } : {}),
        ...(known === "document" ? { document: `${DOCUMENTS}${slug}` } : {}),
        env: { ...env, HOME: home },
      };
      const speaker = stack.use(await client.start(env));
      const guest = place.site.fake.state.guests.get(vmid);
      assert.ok(guest);
      guest.status = "stopped";
      cells.set({ client, known, place, vmid, person, signIn, speaker }, {});
      vmid += 10;
    }
  }
  await take(STEPS, cells);
  ahead = LONGER * 1_000;
  provider.life = 10 * LONGER;
  await take(AFTER, cells);

  const lines = [...cells].map(([{ client, known }, cell]) => [
    client.name,
    known === "preset" ? "provider" : "own",
    known,
    ...COLUMNS.map((name) => cell[name]?.split(":")[0] ?? ""),
  ]);
  Deno.stdout.writeSync(
    new TextEncoder().encode(`${drawn([["client", "server", "known", ...COLUMNS], ...lines])}\n`),
  );
  const failures = [...cells].flatMap(([{ client, known }, cell]) =>
    Object.entries(cell).filter(([, told]) => told.startsWith("FAILED"))
      .map(([step, told]) => `${client.name}, ${known}, ${step}: ${told}`)
  );
  if (failures.length > 0) failures.push(...own.site.lines.slice(-15), ...site.lines.slice(-15));
  assert.equal(failures.join("\n\n"), "");
});

function slugOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}
