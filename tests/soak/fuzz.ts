import { Command, InvalidArgumentError } from "commander";
import fc from "fast-check";
import { fileURLToPath } from "node:url";
import { Gun } from "./gun.ts";
import { callsOf, complaint, leakIn } from "./invariants.ts";
import { Ledger } from "./ledger.ts";
import { Program } from "./program.ts";
import { Rows } from "./rows.ts";
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
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const RSS_FACTOR = 1.25;
const RSS_BYTES = 64 * 2 ** 20;
const REFUSED = ["invalid", "denied"];

/** Everything that a shot is held against, and what was counted. */
class Range {
  readonly #program: Program;
  readonly #gun: Gun;
  readonly #rows: Rows;
  readonly #forbidden: readonly string[];
  readonly counts = new Map<string, number>();
  readonly heard: string[] = [];
  shots = 0;

  constructor(program: Program, tokens: Readonly<Record<Bearer, string>>) {
    this.#program = program;
    this.#rows = new Rows(program.database);
    this.#forbidden = [
      ...[...program.tokens, program.fake.token.value, program.folder.path],
      ...ROOT === "/" ? [] : [ROOT],
    ];
    this.#gun = new Gun(program, {
      tokens,
      heard: (text) => {
        const leak = leakIn(text, this.#forbidden);
        if (leak !== null) this.heard.push(leak);
      },
    });
  }

  get rows(): number {
    return this.#rows.count;
  }

  /** Rejects with what is wrong. @param mayChange whether the bearer may change anything, and shoots alone */
  async fire(shot: Shot, mayChange: boolean): Promise<void> {
    const before = this.#changes();
    const answer = await this.#gun.fire(shot);
    this.shots++;
    this.#count(shot.door, answer?.status ?? 0);
    const wrong = complaint(shot, { answer, forbidden: this.#forbidden });
    if (wrong !== null) throw new Error(wrong);
    if (this.#program.died) throw new Error("the process has ended");
    const wanted = callsOf(shot, answer);
    const requestId = answer?.headers.get("x-request-id") ?? "";
    const calls = await this.#rows.of(requestId, wanted ?? 0);
    if (wanted !== null && calls.size !== wanted) {
      throw new Error(`${wanted} calls, ${calls.size} rows (HTTP ${answer?.status})`);
    }
    const changes = this.#changes() - before;
    const ran = [...calls.values()].some(({ outcome }) => !REFUSED.includes(outcome));
    if (changes > 0 && !(mayChange && ran)) {
      throw new Error(`${changes} changes were sent by what must change nothing`);
    }
    this.#checkPaths();
  }

  close(): void {
    this.#gun.close();
  }

  #changes(): number {
    return this.#changed + this.#program.fake.requests.filter(isChange).length;
  }

  #changed = 0;

  /** Each path that was asked for is one that the cluster's API has. */
  #checkPaths(): void {
    const { requests } = this.#program.fake;
    const strayed = requests.find(({ path, status }) =>
      status === 501 || /\/\.\.?(\/|$)|%2f|%00/i.test(path)
    );
    if (strayed) throw new Error(`Proxmox was asked for ${strayed.method} ${strayed.path}`);
    if (requests.every(({ status }) => status !== 0)) {
      this.#changed += requests.filter(isChange).length;
      requests.length = 0;
    }
  }

  #count(door: Door, status: number): void {
    const key = `${door} ${status}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }
}

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
    broken.push(...found.flat());
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
  const property = fc.asyncProperty(shots(...bearers), (shot) => range.fire(shot, mayChange));
  const details = await fc.check(property, { seed, numRuns: runs });
  if (!details.failed) return [];
  const [shot] = details.counterexample ?? [];
  const message = details.errorInstance instanceof Error ? details.errorInstance.message : "";
  return [`${message}\n  seed ${seed}, body ${details.numRuns}, by ${bearers}: ${shown(shot)}`];
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

function isChange({ method }: { method: string }): boolean {
  return method !== "GET";
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
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
