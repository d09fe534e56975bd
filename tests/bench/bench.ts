import { resolve } from "node:path";
import { Command } from "commander";
import { findPrograms } from "../auth/postgres_real.ts";
import { runAsOwner, type Server, startPostgres, urlOf } from "../auth/postgres.ts";
import { tableOf } from "../soak/table.ts";
import { callsOn } from "./calls.ts";
import { Child } from "./child.ts";
import { rssBytes } from "./cpu.ts";
import { type Cluster, Program, startBare, type Subject } from "./program.ts";
import { measure, type Measured, warmUp } from "./windows.ts";

interface Options {
  readonly quick?: boolean;
  readonly compare?: string;
  readonly json?: string;
  readonly only?: string;
  readonly workers?: number;
}

/** One call over so many connections, as all subjects did it. */
interface Row {
  readonly call: string;
  readonly connections: number;
  readonly measured: readonly Measured[];
}

const FULL = { connections: [1, 16, 64], rounds: 2, ms: 1_000 };
const QUICK = { connections: [16], rounds: 2, ms: 700 };

/** How long reads are shared where that is not as by default; in so little time nothing is kept. */
const SHARING = { "in flight": 1e-6, "unshared": 0 };

/** Measures all calls of all subjects in turns. */
async function bench({ quick = false, compare, only = "", workers }: Options): Promise<Row[]> {
  const { connections, rounds, ms } = quick ? QUICK : FULL;
  const postgres = quick || compare !== undefined ? undefined : await postgresIfThere();
  await using stack = new AsyncDisposableStack();
  if (postgres) stack.defer(() => postgres.dispose());
  const driver = stack.use(new Child("driver_process.ts"));
  const rows: Row[] = [];
  for (const guests of [1000, 100]) {
    await using part = new AsyncDisposableStack();
    const fake = part.use(new Child("fake_process.ts", [String(guests)]));
    const cluster = await fake.next<Cluster>();
    const calls = callsOn(cluster.stopped)
      .filter((call) => call.guests === guests && call.name.includes(only));
    if (calls.length === 0) continue;
    const subjects: Subject[] = [part.use(await Program.start("here", { cluster }))];
    if (workers !== undefined) {
      subjects.push(part.use(await Program.start(`${workers} workers`, { cluster, workers })));
    }
    if (compare !== undefined) {
      const checkout = resolve(compare);
      subjects.push(part.use(await Program.start("there", { cluster, checkout })));
    }
    if (postgres) {
      const databaseUrl = await freshDatabase(postgres, `bench${guests}`);
      subjects.push(part.use(await Program.start("PostgreSQL", { cluster, databaseUrl })));
    }
    const unshared: Subject[] = [];
    if (calls.some((call) => call.unshared)) {
      for (const [name, shareSeconds] of Object.entries(SHARING)) {
        unshared.push(part.use(await Program.start(name, { cluster, shareSeconds })));
      }
    }
    const bare = await startBare(cluster);
    part.use(bare.child);
    for (const call of calls) {
      const all = [...subjects, ...call.unshared ? unshared : [], bare];
      const options = { driver, fake, rounds, ms };
      await warmUp(call, { subjects: all }, options);
      for (const count of connections) {
        const among = { subjects: all, connections: count };
        const measured = await measure(call, among, options);
        rows.push({ call: call.name, connections: count, measured });
        say(`${call.name} over ${count} connections`);
      }
    }
    for (const { name, pid } of subjects) {
      say(`${name}: ${Math.round(await rssBytes(pid) / 2 ** 20)} MiB resident at the end`);
    }
  }
  return rows;
}

async function postgresIfThere(): Promise<Server | undefined> {
  const there = await findPrograms().then(() => true, () => false);
  if (!there) say("PostgreSQL is left out: there is no initdb");
  return there ? await startPostgres() : undefined;
}

async function freshDatabase(server: Server, database: string): Promise<string> {
  await runAsOwner(server, { database: "postgres", sql: `CREATE DATABASE ${database}` });
  return urlOf(server, { database });
}

function tableOfRows(rows: readonly Row[]): string {
  const head = ["call", "connections", "subject", "calls/s", "× bare", "CPU µs", "CPU × bare"];
  const lines = rows.flatMap(({ call, connections, measured }) => {
    const bare = measured.find(({ subject }) => subject === "bare");
    return measured.map((one) => [
      call,
      String(connections),
      one.subject,
      Math.round(one.callsPerSecond),
      (one.callsPerSecond / (bare?.callsPerSecond ?? NaN)).toFixed(2),
      Math.round(one.cpuMicros),
      ((bare?.cpuMicros ?? NaN) / one.cpuMicros).toFixed(2),
      one.p50Ms.toFixed(2),
      one.p99Ms.toFixed(1),
      one.healthMs.toFixed(1),
      one.upstream.toFixed(2),
    ]);
  });
  return tableOf([[...head, "p50 ms", "p99 ms", "health ms", "upstream"], ...lines]);
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const command = new Command("bench")
    .description("Measures whole calls against a handler that only hands Proxmox's JSON on.")
    .option("--quick", "16 connections and SQLite only, in less than a minute")
    .option("--compare <DIR>", "another checkout, measured in turns with this one")
    .option("--only <TEXT>", "the calls in whose name this stands")
    .option("--workers <N>", "the same in so many workers beside it", Number)
    .option("--json <FILE>", "write what was measured there too")
    .action(async (options: Options) => {
      const rows = await bench(options);
      Deno.stdout.writeSync(new TextEncoder().encode(`${tableOfRows(rows)}\n`));
      if (options.json !== undefined) {
        await Deno.writeTextFile(options.json, `${JSON.stringify(rows, null, 2)}\n`);
      }
      Deno.exit(0);
    });
  await command.parseAsync(Deno.args, { from: "user" });
}
