import { print } from "../support/print.ts";
import { Command, InvalidArgumentError } from "commander";
import { Ledger } from "./ledger.ts";
import { Load } from "./load.ts";
import { Program } from "./program.ts";
import { judge, report, type Result } from "./verdict.ts";
import { type Reading, Watch } from "./watch.ts";
import { pause } from "./scene.ts";

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly executable?: string;
  readonly json?: string;
}

const WARM_UP_MS = 8_000;
const REST_MS = 90_000;
const REST_STEP_MS = 250;
/** A longest turn: a call that hangs, and what its client would wait for. */
const QUIET_STEPS = 8;

/** Starts the program, works it for so long, and tells what that did to it. */
async function soak(options: Options): Promise<Result> {
  const { minutes, seed, executable } = options;
  await using program = await Program.start({ executable, pve: { taskMs: 200 } });
  const ledger = new Ledger();
  const load = await Load.prepare({ program, ledger, seed });
  using watch = new Watch(program, { token: await program.token("read"), ledger });
  print(`warming up (seed ${seed})`);
  await load.run(WARM_UP_MS);
  const start = await atRest(program, watch);
  const callsAtStart = ledger.sent;
  const balanceNow = () => ledger.balance(program.database, (name) => isSnapshot(program, name));
  const rowsAtStart = (await balanceNow()).rows;
  print(`working for ${minutes} minutes`);
  const ms = minutes * 60_000;
  const over = new AbortController();
  const begun = watch.elapsed;
  const watching = watch.run(over.signal);
  const reading = (work: Promise<Reading>) =>
    work.catch((error) => {
      load.failures.push(`could not be read: ${error.message}`);
      return start;
    });
  const halfway = reading(pause(ms / 2, over.signal).then(() => watch.read()));
  await load.run(ms);
  const loaded = watch.elapsed;
  over.abort();
  await watching;
  const half = await halfway;
  const rssAt = (share: number) => {
    const at = begun + (loaded - begun) * share;
    const width = (loaded - begun) / 10;
    return watch.memory.median(at - width, at + width);
  };
  const end = await reading(atRest(program, watch));
  const balance = await balanceNow();
  return {
    options: { minutes, seed, form: executable === undefined ? "deno run" : "executable" },
    readings: { start, half, end },
    rss: { half: rssAt(0.5), end: rssAt(0.9), most: watch.memory.most },
    calls: { start: callsAtStart, end: ledger.sent, turnedAway: ledger.turnedAway },
    rows: { start: rowsAtStart, end: balance.rows, expected: balance.expected },
    balance,
    answers: ledger.answers,
    health: { asked: watch.asked, unhealthy: watch.unhealthy, slowestMs: watch.slowest },
    verified: await program.verify(),
    leaks: await program.leaks(),
    died: program.died,
    faulty: ledger.faulty,
    failures: load.failures,
    errors: program.server.lines.filter((line) => / - (ERROR|CRITICAL) - /.test(line)).slice(0, 5),
  };
}

function isSnapshot({ fake }: Program, name: string): boolean {
  const snapshots = fake.state.guests.get(110)?.snapshots ?? [];
  return snapshots.some((snapshot) => snapshot.name === name);
}

/** Waits until nothing of the load is left open, as far as that comes to be, and looks then. */
async function atRest(program: Program, watch: Watch): Promise<Reading> {
  const end = performance.now() + REST_MS;
  for (let quiet = 0; quiet < QUIET_STEPS && performance.now() < end && !program.died;) {
    const { clients } = await watch.vitals();
    quiet = clients === 0 ? quiet + 1 : 0;
    await pause(REST_STEP_MS, new AbortController().signal);
  }
  return await watch.read();
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("it must be a number above 0.");
}

if (import.meta.main) {
  await new Command("soak")
    .description("Works the program for some minutes by every transport and tells what that cost.")
    .option("--minutes <N>", "how long", positive, 10)
    .option("--seed <S>", "what is done when", positive, 1)
    .option("--executable <PATH>", "a compiled program instead of deno run")
    .option("--json <FILE>", "write the result there too")
    .action(async (options: Options) => {
      const result = await soak(options);
      const broken = judge(result);
      print(report(result));
      if (options.json) {
        await Deno.writeTextFile(options.json, JSON.stringify({ ...result, broken }, null, 2));
      }
      for (const line of broken) print(`broken: ${line}`);
      Deno.exit(broken.length === 0 ? 0 : 1);
    }).parseAsync(["deno", "soak", ...Deno.args]);
}
