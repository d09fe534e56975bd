import assert from "node:assert/strict";
import { permissionFlags } from "../../lib/cli/flags.ts";
import { loadConfig } from "../../lib/config/config.ts";
import { openDatabase } from "../../lib/database/open.ts";
import { Clock } from "../auth/clock.ts";
import { type Client, CLIENTS, type Speaker, type Transport } from "../clients/table.ts";
import type { Order, Seen, ServerAddress } from "../clients/orders.ts";
import { type Role, Site } from "../site.ts";
import { MAIN } from "../support/cli.ts";
import { drawn } from "../support/drawn.ts";
import { Folder } from "../support/folder.ts";
import { print } from "../support/print.ts";

/** The guest that every client is to fail with. */
const LOCKED = 110;

/** One client on one transport, with a guest of its own. */
interface Row {
  readonly client: Client;
  readonly transport: Transport;
  readonly vmid: number;
  readonly speaker: Speaker;
}

type Step = (row: Row, place: Place) => Promise<void>;

/** The two servers, one after the other, that all clients use: same address, same database. */
class Place {
  site: Site;
  readonly folder: Folder;
  readonly tokens: Site["tokens"];

  constructor(site: Site, folder: Folder) {
    this.site = site;
    this.folder = folder;
    this.tokens = site.tokens;
  }

  /** Connects, anew if need be. */
  async connect({ client, transport, speaker }: Row, role: Role = "admin"): Promise<Seen> {
    const { mode, through } = client;
    const server: ServerAddress = transport === "stdio"
      ? { mode, transport, ...await this.#program(role) }
      : {
        mode,
        transport,
        url: transport === "sse" ? `${this.site.url}/sse` : this.site.url,
        headers: { Authorization: `Bearer ${this.tokens[role]}` },
      };
    return await speaker.ask({ connect: await through?.(server) ?? server });
  }

  async #program(role: Role) {
    const { folder, site: { fake } } = this;
    const file = await folder.write(`config-${fake.port}.json`, {
      proxmox: { host: fake.host, port: fake.port, ca_file: await folder.write("ca", fake.caPem) },
      auth: { user: fake.token.user, token_name: fake.token.name, token_value: fake.token.value },
      database: { url: `sqlite:${folder.at("shared.db")}` },
    });
    const token = await folder.write(role, this.tokens[role]);
    const options = { "--stdio": true, "--token-file": token };
    const flags = permissionFlags(await loadConfig({ file, env: () => undefined, options }));
    const { DENO_DIR, HOME = "/tmp", PATH = "" } = Deno.env.toObject();
    return {
      command: Deno.execPath(),
      args: ["run", "--quiet", ...flags, MAIN, "stdio", "--config", file, "--token-file", token],
      env: { HOME, PATH, DENO_NO_UPDATE_CHECK: "1", ...(DENO_DIR ? { DENO_DIR } : {}) },
    };
  }
}

async function call({ speaker }: Row, order: Order): Promise<Seen> {
  const seen = await speaker.ask(order);
  assert.equal(seen.error, undefined);
  return seen;
}

async function readNodes(row: Row): Promise<void> {
  const { isError, value } = await call(row, { call: "get_nodes", arguments: {} });
  assert.deepEqual([isError, value.nodes.length], [false, 3]);
}

const asking = (step: Step): Step => async (row, place) => {
  if (!row.client.asks) throw new CannotBe();
  await step(row, place);
};

/** What a client has no way to do. */
class CannotBe extends Error {}

/** In this order, each by all clients. */
const STEPS: Readonly<Record<string, Step>> = {
  refusal: async (row, place) => {
    await place.connect(row, "user");
    const order = { call: "start_vm", arguments: { vmid: row.vmid } };
    const { isError, text, error } = await row.speaker.ask(order);
    assert.match(error ?? (isError ? text : undefined) ?? "", /required scope \(write\)|not found/);
  },
  connect: async (row, place) => {
    const { revision, error } = await place.connect(row);
    assert.equal(error, undefined);
    if (row.client.asks) assert.equal(revision, row.client.speaks[row.transport]);
  },
  list: async (row, place) => {
    const { tools } = await call(row, {});
    const { json } = await place.site.post({ method: "tools/list" });
    assert.equal(tools, json.result.tools.length);
  },
  call: readNodes,
  progress: asking(async (row) => {
    const order = { call: "create_snapshot", arguments: { vmid: row.vmid, name: "before" } };
    const { isError, progress } = await call(row, order);
    assert.equal(isError, false);
    assert.match(progress?.[0] ?? "", /^create snapshot before of .*: task runs$/);
  }),
  declined: asking(async (row, { site }) => {
    const order = { call: "stop_vm", arguments: { vmid: row.vmid } };
    const { isError, asked, text } = await call(row, { ...order, answer: "decline" });
    assert.deepEqual([isError, asked?.length], [true, 1]);
    assert.match(text ?? "", /declined/);
    assert.equal(site.fake.state.guests.get(row.vmid)?.status, "running");
  }),
  accepted: asking(async (row, { site }) => {
    const order = { call: "stop_vm", arguments: { vmid: row.vmid } };
    const { isError, asked, value } = await call(row, { ...order, answer: "accept" });
    assert.deepEqual([isError, asked?.length], [false, 1]);
    assert.equal(value.guest_status, "stopped");
    assert.equal(site.fake.state.guests.get(row.vmid)?.status, "stopped");
  }),
  failure: async (row) => {
    const order = { call: "shutdown_vm", arguments: { vmid: LOCKED }, answer: "accept" as const };
    const { isError, text } = await call(row, order);
    assert.equal(isError, true);
    assert.match(text ?? "", /locked \(backup\)/);
  },
};

/** Steps that come after something has happened to the server. */
const LATER: Readonly<Record<"idle" | "restart", Step>> = {
  // Nothing is kept for a client on a pipe that could be lost; its program has no other clock either.
  idle: async (row, place) => {
    if (row.transport === "stdio") throw new CannotBe();
    if (row.transport === "sse") await place.connect(row);
    await readNodes(row);
  },
  restart: async (row, place) => {
    if (row.transport !== "http") await place.connect(row);
    await readNodes(row);
  },
};

type Cells = Map<Row, Record<string, string>>;

/** Lets the rows take their steps, three rows at a time, and notes how it went. */
async function take(steps: Readonly<Record<string, Step>>, cells: Cells, place: Place) {
  const rows = [...cells.entries()];
  const work = async () => {
    for (let next = rows.shift(); next !== undefined; next = rows.shift()) {
      const [row, cell] = next;
      for (const [name, step] of Object.entries(steps)) {
        cell[name] = await step(row, place).then(() => "ok", whatFailed);
      }
    }
  };
  await Promise.all([work(), work(), work()]);
}

function whatFailed(error: unknown): string {
  if (error instanceof CannotBe) return "-";
  return error instanceof Error ? error.message : String(error);
}

/** Opens the rows, each with a running guest of its own. */
async function startRows(stack: AsyncDisposableStack): Promise<Cells> {
  const cells: Cells = new Map();
  let vmid = 1000;
  for (const client of CLIENTS) {
    for (const transport of Object.keys(client.speaks) as Transport[]) {
      const speaker = stack.use(await client.start());
      cells.set({ client, transport, vmid, speaker }, {});
      vmid += 10;
    }
  }
  return cells;
}

async function openStreams(site: Site): Promise<number> {
  const metrics = await fetch(`${site.root}/metrics`, { headers: site.headers() });
  return Number((await metrics.text()).match(/open_sessions\{door="sse"\} (\d+)/)?.[1]);
}

/** Lets eleven minutes pass in which nobody asks for anything. */
async function idle(site: Site, clock: Clock): Promise<void> {
  const before = await openStreams(site);
  clock.advance(11 * 60_000);
  const stream = await fetch(`${site.url}/sse`, { headers: site.headers() });
  await stream.body?.cancel();
  await site.openSession();
  assert.ok(await openStreams(site) < before, "what was idle has ended");
}

function tableOf(cells: Cells): string {
  const lines = [...cells].map(([{ client, transport }, cell]) => [
    client.name,
    transport,
    ...COLUMNS.map((name) => (cell[name] ?? "").length > 2 ? "FAILED" : cell[name] ?? ""),
  ]);
  return drawn([["client", "transport", ...COLUMNS], ...lines]);
}

const COLUMNS = [...Object.keys(STEPS), ...Object.keys(LATER)];

Deno.test("real clients, each on every transport it speaks", async () => {
  const clock = new Clock(new Date().toISOString());
  const { now, monotonic } = clock;
  const folder = await Folder.make();
  await using stack = new AsyncDisposableStack();
  stack.use(folder);
  const start = (username: string, port: number) =>
    Site.start({
      ...{ now, monotonic, username },
      pve: { guests: 10 * CLIENTS.length * 3 },
      config: { server: { port, shutdown_seconds: 1 } },
      openDatabase: () => openDatabase(`sqlite:${folder.at("shared.db")}`),
    });
  const first = await start("ada", 0);
  const place = new Place(first, folder);
  const cells = await startRows(stack);
  const locked = first.fake.state.guests.get(LOCKED);
  if (locked) locked.config.lock = "backup";
  await take(STEPS, cells, place);

  await idle(first, clock);
  await take({ idle: LATER.idle }, cells, place);

  const { port } = first.server.address;
  await first[Symbol.asyncDispose]();
  place.site = stack.use(await start("grace", port));
  await take({ restart: LATER.restart }, cells, place);

  print(tableOf(cells));
  const failures = [...cells].flatMap(([{ client, transport }, cell]) =>
    Object.entries(cell).filter(([, told]) => told.length > 2)
      .map(([step, told]) => `${client.name}, ${transport}, ${step}: ${told}`)
  );
  assert.equal(failures.join("\n\n"), "");
});
