import { print } from "../support/print.ts";
import { Command, InvalidArgumentError } from "commander";
import fc from "fast-check";
import { Ledger } from "./ledger.ts";
import { Program } from "./program.ts";
import { Range } from "./range.ts";
import { type Bearer, type Door, type Shot, shots } from "./shots.ts";
import { mebibytes, tableOf } from "./table.ts";
import { Watch } from "./watch.ts";

interface Options {
  readonly bodies: number;
  readonly seed: number;
  readonly executable?: string;
}

/** Who shoots: an administrator alone, whose calls may change something; then others side by side. */
const PHASES: readonly (readonly (readonly Bearer[])[])[] = [
  [["admin"]],
  [["user"], ["user", "none"], ["user", "wrong"]],
];
const LANES = PHASES.flat().length;
/** How long a smaller one is looked for. */
const SHRINKING_MS = 30_000;
const RSS_FACTOR = 1.25;
const RSS_BYTES = 64 * 2 ** 20;

async function fuzz({ bodies, seed, executable }: Options): Promise<boolean> {
  await using program = await Program.start({ executable, pve: { guests: 40 } });
  const tokens = {
    user: await program.token("read"),
    admin: await program.token("admin"),
    wrong: "wrong-token",
    none: "",
  };
  const range = new Range(program, tokens);
  using watch = new Watch(program, { token: await program.token("read"), ledger: new Ledger() });
  const over = new AbortController();
  const watching = watch.run(over.signal);
  const runs = Math.ceil(bodies / LANES);
  const broken: string[] = [];
  for (const [phase, lanes] of PHASES.entries()) {
    const found = await Promise.all(lanes.map((bearers, lane) =>
      shoot(range, {
        bearers,
        seed: seed + phase * LANES + lane,
        runs,
      })
    ));
    const again = `--seed ${seed} --bodies ${bodies}`;
    broken.push(...found.flat().map((line) => `${line}\n  again with ${again}`));
  }
  range.close();
  const elapsed = watch.elapsed;
  over.abort();
  await watching;
  const half = watch.memory.median(elapsed * 0.4, elapsed * 0.6);
  const end = watch.memory.median(elapsed * 0.8, elapsed);
  const verified = await program.verify();
  broken.push(
    ...new Set(range.heard),
    ...program.died ? ["the process ended by itself"] : [],
    ...watch.unhealthy > 0 ? [`/healthz failed ${watch.unhealthy} times`] : [],
    ...end > half * RSS_FACTOR + RSS_BYTES
      ? [`memory grows: ${mebibytes(half)} half-way, ${mebibytes(end)} at the end`]
      : [],
    ...verified.ok ? [] : [`audit verify: ${verified.text}`],
    ...(await program.leaks()).map((place) => `a secret stands in ${place}`),
    ...new Set(
      program.server.lines.filter((line) => / - (ERROR|CRITICAL) - /.test(line))
        .map((line) => `logged: ${line.replace(/^.*? - /, "").slice(0, 300)}`).slice(0, 5),
    ),
  );
  print(report(range, { elapsed, seed }));
  print(`memory: ${mebibytes(half)} half-way, ${mebibytes(end)} at the end`);
  print(`/healthz: ${watch.asked} asked, slowest ${Math.round(watch.slowest)} ms`);
  print(`audit verify: ${verified.text}`);
  for (const line of broken) print(`broken: ${line}`);
  return broken.length === 0;
}

/** One lane: shots of these bearers one after the other, and of a broken one the smallest. */
async function shoot(
  range: Range,
  { bearers, seed, runs }: { bearers: readonly Bearer[]; seed: number; runs: number },
): Promise<string[]> {
  const mayChange = bearers.includes("admin");
  let brokenAt: number | null = null;
  const property = fc.asyncProperty(shots(...bearers), async (shot) => {
    if (brokenAt !== null && performance.now() - brokenAt > SHRINKING_MS) return;
    try {
      await range.fire(shot, mayChange);
    } catch (error) {
      brokenAt ??= performance.now();
      throw error;
    }
  });
  const details = await fc.check(property, { seed, numRuns: runs });
  if (!details.failed) return [];
  const [shot] = details.counterexample ?? [];
  const message = details.errorInstance instanceof Error ? details.errorInstance.message : "";
  return [`${message}\n  body ${details.numRuns} by ${bearers}: ${shown(shot)}`];
}

function shown(shot: Shot | undefined): string {
  if (shot === undefined) return "no body";
  const text = new TextDecoder("utf-8", { fatal: true });
  const { body, ...rest } = shot;
  let given: string;
  try {
    given = text.decode(body);
  } catch {
    given = `base64 ${body.toBase64()}`;
  }
  return `${JSON.stringify(rest)}\n  ${given.slice(0, 2_000)}`;
}

function report(
  { counts, shots, rows }: Range,
  { elapsed, seed }: { elapsed: number; seed: number },
): string {
  const doors: Door[] = ["plain", "stateless", "session", "sse", "odd"];
  const statuses = [...new Set([...counts.keys()].map((key) => key.split(" ")[1] ?? ""))]
    .toSorted();
  const cell = (door: string, status: string) => counts.get(`${door} ${status}`) ?? 0;
  return [
    "",
    tableOf([
      ["answers", ...doors],
      ...statuses.map((status) => [
        status === "0" ? "none" : status,
        ...doors.map((door) => cell(door, status)),
      ]),
    ]),
    "",
    `${shots} bodies (seed ${seed}) in ${Math.round(elapsed / 1000)} s, ${rows} audited calls`,
  ].join("\n");
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("it must be a whole number.");
}

if (import.meta.main) {
  await new Command("fuzz")
    .description(
      "Sends hostile bodies to the program by every transport; the same seed, the same bodies.",
    )
    .option("--bodies <N>", "how many", whole, 40_000)
    .option("--seed <S>", "which", whole, 1)
    .option("--executable <PATH>", "a compiled program instead of deno run")
    .action(async (options: Options) => Deno.exit(await fuzz(options) ? 0 : 1))
    .parseAsync(["deno", "fuzz", ...Deno.args]);
}
