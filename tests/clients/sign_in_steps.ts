import assert from "node:assert/strict";
import { readmitClient } from "../../lib/auth/user_links.ts";
import { clientDigestOf } from "../../lib/oauth/own_seals.ts";
import type { Site } from "../site.ts";
import type { IdentityProvider } from "../support/identity_provider.ts";
import type { Order, Seen, ServerAddress, SignIn } from "./orders.ts";
import type { Person } from "./person.ts";
import type { Client, Known, Speaker } from "./table.ts";

/** A little more than an access token lives, in seconds. */
export const LONGER = 11 * 60;

/** A server, and who signs people in for it. */
export interface Place {
  readonly site: Site;
  readonly provider: IdentityProvider | undefined;
}

export interface Row {
  readonly client: Client;
  readonly known: Known;
  readonly place: Place;
  readonly vmid: number;
  readonly person: Person;
  readonly signIn: SignIn;
  readonly speaker: Speaker;
}

/** What a step has seen of the client. */
export type Step = (row: Row) => Promise<string>;

async function connect({ client, place, signIn, speaker }: Row): Promise<Seen> {
  const { mode, through } = client;
  const url = place.site.url;
  const server: ServerAddress = { mode, transport: "http", url, headers: {}, signIn };
  return await speaker.ask({ connect: await through?.(server) ?? server });
}

async function good(row: Row, order: Order): Promise<Seen> {
  const seen = await row.speaker.ask(order);
  assert.deepEqual([seen.error, seen.isError ?? false], [undefined, false], seen.text ?? "");
  return seen;
}

const NODES: Order = { call: "get_nodes", arguments: {} };

async function visitsDuring({ person }: Row, work: () => Promise<unknown>): Promise<number> {
  const before = person.visits;
  await work();
  return person.visits - before;
}

export const STEPS: Readonly<Record<string, Step>> = {
  "sign in": async (row) => {
    const visits = await visitsDuring(row, async () => {
      assert.equal((await connect(row)).error, undefined);
      await good(row, {});
    });
    assert.equal(visits, 1);
    return "ok";
  },
  list: async (row) => {
    const { tools } = await good(row, {});
    const { site } = row.place;
    const { json } = await site.post({ method: "tools/list" }, site.headers(site.tokens.user));
    assert.equal(tools, json.result.tools.length);
    return "ok";
  },
  call: async (row) => {
    const { value } = await good(row, NODES);
    assert.equal(value.nodes.length, 3);
    return "ok";
  },
};

export const AFTER: Readonly<Record<string, Step>> = {
  refresh: async (row) => {
    await good(row, { advanceSeconds: LONGER });
    assert.equal(await visitsDuring(row, () => good(row, NODES)), 0);
    return "ok";
  },
  "more scope": async (row) => {
    const { place: { site, provider }, person, vmid } = row;
    provider?.lets.delete(person.clientId);
    const order = { call: "start_vm", arguments: { vmid } };
    let seen: Seen = {};
    const visits = await visitsDuring(row, async () => seen = await row.speaker.ask(order));
    if (row.client.asksForMore === false) {
      assert.ok(seen.error ?? seen.isError);
      assert.equal(visits, 0);
      return "-";
    }
    assert.equal(visits, 1);
    const again = seen.error !== undefined;
    if (again) assert.equal((await connect(row)).error, undefined);
    assert.equal((await good(row, order)).isError, false);
    assert.equal(site.fake.state.guests.get(vmid)?.status, "running");
    return again ? "asks, connects anew" : "asks";
  },
  revoked: async (row) => {
    const { place: { site, provider }, person } = row;
    const ids = await tokensOf(site, person.clientId);
    assert.ok(ids.length > 0);
    for (const id of ids) await site.store.revokeToken(id);
    let seen: Seen = {};
    const visits = await visitsDuring(row, async () => seen = await row.speaker.ask(NODES));
    if (provider) {
      // Signing in again helps nobody until an administrator lets the client in again.
      assert.ok(seen.error ?? seen.isError);
      for (const id of ids) await readmitClient(site.store, id);
    } else assert.ok(visits >= 1);
    const anew = seen.error !== undefined;
    if (anew) assert.equal((await connect(row)).error, undefined);
    assert.equal((await good(row, NODES)).value.nodes.length, 3);
    if (provider) return "until readmitted";
    return anew ? "asks, connects anew" : "asks";
  },
};

async function tokensOf(site: Site, clientId: string): Promise<number[]> {
  const short = `registered:${clientDigestOf(clientId).slice(0, 16)}`;
  const rows = await site.database.all(
    "SELECT token_id FROM proxmox_mcp_sign_in WHERE client_id = $1 OR client_id = $2",
    [clientId, short],
  );
  return rows.map(({ token_id }) => Number(token_id));
}
