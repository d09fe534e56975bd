import { resolve } from "node:path";
import { Command } from "commander";
import { tableOf } from "../soak/table.ts";
import { Child } from "./child.ts";
import { cpuMillis, rssBytes } from "./cpu.ts";
import { type Cluster, Program, type Subject } from "./program.ts";
import { type Opening, OPENINGS } from "./stream_openings.ts";

interface Options {
  readonly streams: number;
  readonly compare?: string;
  readonly only?: string;
}

/** What comes before, so that what is made once is not counted. */
const FIRST = 20;
const AT_ONCE = 20;
const SETTLE_MS = 3_000;
const IDLE_MS = 20_000;
/** As many as a token may have. */
const PER_TOKEN = 10;

/** Opens so many streams to one subject and tells what each costs. */
async function measure(subject: Subject, opening: Opening, streams: number): Promise<string[]> {
  const { pid, port, tokens } = subject;
  const open: Deno.Conn[] = [];
  const openUpTo = async (count: number) => {
    while (open.length < count) {
      const these = Array.from({ length: Math.min(AT_ONCE, count - open.length) }, (_, at) => {
        const token = tokens[(open.length + at) % tokens.length] ?? "";
        return opening.open({ port, token });
      });
      open.push(...await Promise.all(these));
    }
    await wait(SETTLE_MS);
  };
  await openUpTo(FIRST);
  const before = await rssBytes(pid);
  await openUpTo(FIRST + streams);
  const bytes = await rssBytes(pid) - before;
  const cpu = await cpuMillis(pid);
  await wait(IDLE_MS);
  const idle = await cpuMillis(pid) - cpu;
  for (const connection of open) connection.close();
  return [
    opening.name,
    subject.name,
    (bytes / streams / 1024).toFixed(1),
    (idle / IDLE_MS * 1000).toFixed(2),
  ];
}

/** Each in a process of its own, which nothing else has used. */
async function bench({ streams, compare, only = "" }: Options): Promise<string[][]> {
  await using fake = new Child("fake_process.ts", ["100"]);
  const cluster = await fake.next<Cluster>();
  const tokens = Math.ceil((streams + FIRST) / PER_TOKEN);
  const rows: string[][] = [];
  if (only === "") {
    await using bare = new Child("bare_streams_process.ts");
    const { port } = await bare.next<{ port: number }>();
    const subject = { name: "bare", pid: bare.pid, port, tokens: [] };
    rows.push(await measure(subject, OPENINGS[0], streams));
  }
  const checkouts = [["here", undefined], ["there", compare && resolve(compare)]] as const;
  for (const opening of OPENINGS.slice(1).filter(({ name }) => name.includes(only))) {
    for (const [name, checkout] of checkouts.slice(0, compare === undefined ? 1 : 2)) {
      const at = checkout === undefined ? {} : { checkout };
      await using program = await Program.start(name, { cluster, tokens, ...at });
      rows.push(await measure(program, opening, streams));
      say(`${opening.name}, ${name}`);
    }
  }
  return rows;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const command = new Command("streams")
    .description("Measures what open streams cost that say nothing.")
    .option("--streams <N>", "so many", Number, 1_000)
    .option("--compare <DIR>", "another checkout, measured in turns with this one")
    .option("--only <TEXT>", "the ways in whose name this stands")
    .action(async (options: Options) => {
      const head = ["stream", "subject", "KiB each", "CPU ms a second"];
      const table = tableOf([head, ...await bench(options)]);
      Deno.stdout.writeSync(new TextEncoder().encode(`${table}\n`));
      Deno.exit(0);
    });
  await command.parseAsync(Deno.args, { from: "user" });
}
