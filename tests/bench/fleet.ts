import { Command } from "commander";
import { resolve } from "node:path";
import { findPrograms } from "../auth/postgres_real.ts";
import { runAsOwner, startPostgres, urlOf } from "../auth/postgres.ts";
import { Child } from "./child.ts";
import { cpuMicros } from "./cpu.ts";
import { startBalancer } from "./fleet_balancer.ts";
import { bodyOf, LISTS, mixOn } from "./fleet_calls.ts";
import type { Burst, Stream, Times } from "./fleet_driver_process.ts";
import type { Counts, Fleet, Order } from "./fleet_fake_process.ts";
import { nameOf } from "./fleet_guests.ts";
import { FleetProgram } from "./fleet_program.ts";
import {
  during,
  type Options,
  type Row,
  rssOf,
  say,
  type Scene,
  show,
  wait,
} from "./fleet_scene.ts";

const IDLE_MS = 15_000;
/** Reads are shared for 2 s: after it all is asked for anew. */
const FORGET_MS = 2_200;
/** As long as real clusters take, and one that takes longest. */
const USUAL_MS = 40;
const SLOWEST_MS = 400;
const RATES = [25, 100];
const STREAM_MS = 10_000;

/** What it costs to do nothing, and to look once an hour how everything is. */
async function idle(scene: Scene): Promise<Row[]> {
  const { checkout } = scene.options;
  const rows: Row[] = [];
  await using program = await FleetProgram.start({
    ...scene,
    ...(checkout === undefined ? {} : { checkout }),
    instances: 1,
    history: true,
    tokens: 1,
  });
  const cpu = await cpuMicros(program.servers[0]!.pid);
  rows.push(["start", `${Math.round(cpu / 1000)} ms CPU`, `${await rssOf(program)} MiB`, ""]);
  await wait(8_000);
  const resting = await during(scene, program, () => wait(IDLE_MS));
  rows.push(rowOf("idle", resting, await rssOf(program)));
  // The first look begins a minute after the start.
  await wait(39_000);
  const looking = await during(scene, program, () => wait(IDLE_MS));
  rows.push(rowOf("hourly look", looking, await rssOf(program)));
  const perRead = looking.cpuMs / looking.requests;
  rows.push(["a read of it", `${perRead.toFixed(2)} ms CPU`, "", ""]);
  return rows;
}

function rowOf(
  name: string,
  { cpuMs, ms, requests, connections }: Awaited<ReturnType<typeof during>>,
  rss: string,
): Row {
  const rate = `${(requests / ms * 1000).toFixed(1)} reads/s, ${connections} connections`;
  return [name, `${(cpuMs / ms * 100).toFixed(2)} % CPU`, `${rss} MiB`, rate];
}

/** Calls about all clusters, beside the slowest answer of one of them. */
async function lists(scene: Scene, program: FleetProgram, label: string): Promise<Row[]> {
  const { driver } = scene;
  const [port = 0] = program.ports;
  const { tokens } = program;
  const rows: Row[] = [];
  const burst = (bodies: readonly string[]) =>
    driver.ask<Times[]>({ port, tokens, bodies } satisfies Burst).then(([times]) => times!);
  for (const { name, tool, args } of LISTS) {
    await wait(FORGET_MS);
    const all = await during(scene, program, () => burst([bodyOf(tool, args)]));
    await wait(FORGET_MS);
    const again = await burst([bodyOf(tool, args)]);
    await wait(FORGET_MS);
    // The slowest answers last; the dead are asked of nobody alone.
    const alone = await burst([bodyOf(tool, { ...args, cluster: nameOf(SLOW) })]);
    rows.push([
      `${name}, ${label}`,
      Math.round(all.done.longestMs),
      Math.round(again.longestMs),
      Math.round(alone.longestMs),
      (all.done.longestMs / alone.longestMs).toFixed(2),
      (again.longestMs / alone.longestMs).toFixed(2),
      Math.round(all.cpuMs),
      all.requests,
      [all.done, again, alone].map(({ failure }) => failure).find(Boolean) ?? "",
    ]);
    say(rows.at(-1)!.join(" | "));
  }
  return rows;
}

const REFUSING = [3, 17];
const HANGING = [31, 52, 77];
const SLOW = 64;

/** Many callers at once. */
async function mixed(
  scene: Scene,
  program: FleetProgram,
  { label, port, rates = RATES }: { label: string; port: number; rates?: readonly number[] },
): Promise<Row[]> {
  const kinds = mixOn(scene.options.clusters);
  const rows: Row[] = [];
  for (const perSecond of rates) {
    const work: Stream = { port, tokens: program.tokens, kinds, perSecond, ms: STREAM_MS };
    const ran = await during(scene, program, () => scene.driver.ask<Times[]>(work));
    const calls = ran.done[0]?.calls ?? NaN;
    rows.push(...ran.done.map(({ name, failed, failure, ...times }, at): Row => [
      `${name}, ${label}, ${perSecond}/s`,
      times.calls,
      failed,
      Math.round(times.p50Ms),
      Math.round(times.p95Ms),
      at === 0 ? `${(ran.cpuMs / calls).toFixed(1)} ms` : "",
      at === 0 ? `${(ran.cpuMs / ran.ms).toFixed(2)} cores` : "",
      at === 0 ? (ran.requests / calls).toFixed(1) : "",
      failure ?? "",
    ]));
    await wait(FORGET_MS);
  }
  return rows;
}

const LIST_HEAD = [
  ...["call, ms", "all, first", "all", "slowest alone", "first ×", "×"],
  ...["CPU ms, first", "reads, first", ""],
];
const MIX_HEAD = [
  ...["call", "calls", "failed", "p50 ms", "p95 ms"],
  ...["CPU a call", "used", "reads a call", ""],
];

async function bench(options: Options): Promise<void> {
  const does = (part: string) => options.only === undefined || part === options.only;
  await using driver = new Child("fleet_driver_process.ts");
  await using fake = new Child("fleet_fake_process.ts", [String(options.clusters)]);
  const scene: Scene = { driver, fake, fleet: await fake.next<Fleet>(), options };
  const common = {
    fleet: scene.fleet,
    tokens: options.tokens,
    ...(options.checkout === undefined ? {} : { checkout: resolve(options.checkout) }),
  };
  const order = (what: Order) => fake.ask<Counts>(what);
  const usual = Array.from(
    { length: options.clusters },
    (_, at) => at === SLOW ? SLOWEST_MS : USUAL_MS,
  );
  if (does("idle")) show(["one process", "CPU", "resident", ""], await idle(scene));
  if (does("pair")) show(MIX_HEAD, await pair(scene, common));
  if (!does("one")) return;
  await using one = await FleetProgram.start({ ...common, instances: 1 });
  const [port = 0] = one.ports;
  show(MIX_HEAD, await mixed(scene, one, { label: "one process", port }));
  say(`${await rssOf(one)} MiB resident after it`);
  show(LIST_HEAD, await lists(scene, one, "quick"));
  await order({ delays: usual });
  show(LIST_HEAD, await lists(scene, one, "as slow as real ones"));
  await order({ refusing: REFUSING, hanging: HANGING });
  show(LIST_HEAD, await lists(scene, one, "5 dead"));
  show(MIX_HEAD, await mixed(scene, one, { label: "5 dead", port, rates: [100] }));
  say(`${await rssOf(one)} MiB resident at the end`);
}

/** The same calls to two processes on one PostgreSQL, with a balancer in front. */
async function pair(
  scene: Scene,
  common: { fleet: Fleet; tokens: number; checkout?: string },
): Promise<Row[]> {
  const isThere = await findPrograms().then(() => true, () => false);
  if (!isThere) {
    say("Two processes are left out: there is no PostgreSQL");
    return [];
  }
  await using stack = new AsyncDisposableStack();
  const postgres = await startPostgres();
  stack.defer(() => postgres.dispose());
  await runAsOwner(postgres, { database: "postgres", sql: "CREATE DATABASE fleet" });
  const databaseUrl = urlOf(postgres, { database: "fleet" });
  const two = stack.use(await FleetProgram.start({ ...common, databaseUrl, instances: 2 }));
  const balancer = await startBalancer(two.ports);
  if (balancer === null) {
    say("Two processes are left out: there is no nginx");
    return [];
  }
  stack.use(balancer);
  const { port } = balancer;
  const rows = await mixed(scene, two, { label: "two processes", port });
  say(`${await rssOf(two)} MiB resident after it`);
  return rows;
}

if (import.meta.main) {
  const command = new Command("fleet")
    .description("Measures one server for many clusters.")
    .option("--clusters <N>", "so many, 100 guests each", Number, 100)
    .option("--tokens <N>", "so many callers", Number, 1_000)
    .option("--checkout <DIR>", "of another checkout's program")
    .option("--only <PART>", "idle, pair or one")
    .action(bench);
  await command.parseAsync(Deno.args, { from: "user" });
  Deno.exit(0);
}
