import { oneLine } from "../../lib/errors.ts";
import { serveLines } from "./child.ts";

/** One kind of call, and how often among all. */
export interface Kind {
  readonly name: string;
  readonly weight: number;
  /** Bodies, sent in turns. */
  readonly bodies: readonly string[];
}

/** Calls that begin at even times whatever became of those before them. */
export interface Stream {
  readonly port: number;
  readonly tokens: readonly string[];
  readonly kinds: readonly Kind[];
  readonly perSecond: number;
  readonly ms: number;
}

/** Calls that begin together. */
export interface Burst {
  readonly port: number;
  readonly tokens: readonly string[];
  readonly bodies: readonly string[];
}

export interface Times {
  readonly name: string;
  readonly calls: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly longestMs: number;
  /** What the first that failed said. */
  readonly failure?: string;
}

const SHOWN = 160;

async function call(port: number, token: string, body: string): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/mcp`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body,
  });
  const text = await response.text();
  const isGood = response.ok && !text.includes('"isError":true') &&
    !text.includes('"error":{"code"');
  return isGood ? undefined : `${response.status} ${oneLine(text).slice(0, SHOWN)}`;
}

class Tally {
  readonly #name: string;
  readonly #times: number[] = [];
  #failed = 0;
  #failure: string | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  async time(due: number, asked: Promise<string | undefined>): Promise<void> {
    const failure = await asked.catch(String);
    this.#times.push(performance.now() - due);
    if (failure === undefined) return;
    this.#failed++;
    this.#failure ??= failure;
  }

  get told(): Times {
    const times = this.#times.toSorted((a, b) => a - b);
    const share = (part: number) => times[Math.floor(times.length * part)] ?? NaN;
    return {
      name: this.#name,
      calls: times.length,
      failed: this.#failed,
      p50Ms: share(0.5),
      p95Ms: share(0.95),
      longestMs: times.at(-1) ?? NaN,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }
}

async function burst({ port, tokens, bodies }: Burst): Promise<Times[]> {
  const tally = new Tally("burst");
  const begun = performance.now();
  await Promise.all(
    bodies.map((body, at) => tally.time(begun, call(port, tokens[at % tokens.length] ?? "", body))),
  );
  return [tally.told];
}

async function stream({ port, tokens, kinds, perSecond, ms }: Stream): Promise<Times[]> {
  const tallies = new Map(kinds.map(({ name }) => [name, new Tally(name)]));
  const all = new Tally("all");
  // Spread evenly, so that no kind comes in a heap.
  const round = kinds.flatMap((kind) =>
    Array.from({ length: kind.weight }, (_, at) => ({ kind, at: (at + 0.5) / kind.weight }))
  ).sort((a, b) => a.at - b.at);
  const sent = new Map<string, number>();
  const begun = performance.now();
  const under: Promise<void>[] = [];
  for (let at = 0; at < ms * perSecond / 1000; at++) {
    const due = begun + at * 1000 / perSecond;
    const early = due - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    const { kind: { name, bodies } } = round[at % round.length]!;
    const turn = sent.get(name) ?? 0;
    sent.set(name, turn + 1);
    const asked = call(port, tokens[at % tokens.length] ?? "", bodies[turn % bodies.length] ?? "");
    under.push(all.time(due, asked), tallies.get(name)!.time(due, asked));
  }
  await Promise.all(under);
  return [all, ...tallies.values()].map((tally) => tally.told);
}

await serveLines((work: Stream | Burst) => "kinds" in work ? stream(work) : burst(work));
