import { type Actor, changer, listener, modern, reader, sessions, sse } from "./actors.ts";
import { saboteur } from "./faults.ts";
import { HOSTILE, reloader } from "./hostile_actors.ts";
import type { Ledger } from "./ledger.ts";
import type { Program } from "./program.ts";
import { Random } from "./random.ts";
import { sceneOf } from "./scene.ts";

type Bearer = "read" | "admin" | "none";

/** Who takes part, and with what kind of token. */
const CAST: readonly (readonly [Actor, Bearer])[] = [
  [reader, "read"],
  [reader, "read"],
  [reader, "admin"],
  [changer, "admin"],
  [modern, "admin"],
  [modern, "admin"],
  [sessions, "admin"],
  [sessions, "admin"],
  [sse, "read"],
  [sse, "read"],
  [listener, "read"],
  ...HOSTILE.map((actor): [Actor, Bearer] => [actor, bearerOf(actor)]),
  [reloader, "none"],
  [saboteur, "none"],
];

const THINKING_MS = [10, 120] as const;
const RECORDS_KEPT = 10_000;
const MAX_LINES = 20;

/** All actors at once, over and over. */
export class Load {
  readonly #program: Program;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #tokens: readonly string[];
  readonly failures: string[] = [];
  #marks = 0;

  private constructor(
    { program, ledger, seed, tokens }: {
      program: Program;
      ledger: Ledger;
      seed: number;
      tokens: readonly string[];
    },
  ) {
    this.#program = program;
    this.#ledger = ledger;
    this.#random = new Random(seed);
    this.#tokens = tokens;
  }

  static async prepare(
    options: { program: Program; ledger: Ledger; seed: number },
  ): Promise<Load> {
    const tokens: string[] = [];
    for (const [, bearer] of CAST) {
      tokens.push(bearer === "none" ? "" : await options.program.token(bearer));
    }
    return new Load({ ...options, tokens });
  }

  /** Resolves when the time is over and every actor has ended its turn. */
  async run(ms: number): Promise<void> {
    const signal = AbortSignal.timeout(ms);
    await Promise.all(CAST.map(([actor], at) => this.#play(actor, { at, signal })));
  }

  async #play(
    actor: Actor,
    { at, signal }: { at: number; signal: AbortSignal },
  ): Promise<void> {
    const token = this.#tokens[at] ?? "";
    const random = new Random(this.#random.whole(0, 2 ** 31));
    const mark = () => `soak-${++this.#marks}`;
    const scene = sceneOf(
      { program: this.#program, ledger: this.#ledger, random, token, mark },
      signal,
    );
    using client = scene.clientOf(token === "" ? null : token);
    while (!signal.aborted && !this.#program.died) {
      try {
        await actor(scene, client);
      } catch (error) {
        const line = `${actor.name}: ${error instanceof Error ? error.message : error}`;
        if (this.failures.length < MAX_LINES) this.failures.push(line);
      }
      const { requests } = this.#program.fake;
      if (requests.length > RECORDS_KEPT) requests.length = 0;
      await scene.pause(random.whole(...THINKING_MS));
    }
  }
}

function bearerOf(actor: Actor): Bearer {
  if (["stranger", "idler", "revoked"].includes(actor.name)) return "none";
  return actor.name === "deserter" ? "admin" : "read";
}
