import { Client } from "./client.ts";
import type { Ledger } from "./ledger.ts";
import type { Program } from "./program.ts";
import { pause } from "./scene.ts";
import { Memory, type Vitals, vitalsOf } from "./vitals.ts";

const HEALTH_MS = 200;
const VITALS_MS = 500;
const READY_TURNS = 25;

/** How the program is at one moment. */
export interface Reading extends Vitals {
  readonly httpSessions: number;
  readonly sseSessions: number;
  readonly databaseBytes: number;
}

/** Looks at the program all the while. */
export class Watch implements Disposable {
  readonly memory = new Memory();
  readonly #program: Program;
  readonly #client: Client;
  readonly #started = performance.now();
  /** The slowest answer of `/healthz`, in milliseconds, and how many were asked for. */
  slowest = 0;
  asked = 0;
  unhealthy = 0;

  constructor(program: Program, { token, ledger }: { token: string; ledger: Ledger }) {
    this.#program = program;
    this.#client = new Client(program.server.url, { token, ledger });
  }

  get elapsed(): number {
    return performance.now() - this.#started;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#probe(signal), this.#sample(signal)]);
  }

  async read(): Promise<Reading> {
    const { text } = await this.#client.ask("GET", { path: "/metrics" });
    const sessions = (door: string) =>
      Number(new RegExp(`open_sessions\\{door="${door}"\\} (\\d+)`).exec(text)?.[1]);
    return {
      ...await this.vitals(),
      httpSessions: sessions("http"),
      sseSessions: sessions("sse"),
      databaseBytes: await this.#program.databaseBytes(),
    };
  }

  vitals(): Promise<Vitals> {
    const ports = { own: this.#program.port, upstream: this.#program.fake.port };
    return vitalsOf(this.#program.server.pid, ports);
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  async #probe(signal: AbortSignal): Promise<void> {
    for (let turn = 1; !signal.aborted && !this.#program.died; turn++) {
      const begun = performance.now();
      const healthy = await this.#client.ask("GET", { path: "/healthz" })
        .then(({ status }) => status === 200, () => false);
      this.slowest = Math.max(this.slowest, performance.now() - begun);
      this.asked++;
      if (!healthy) this.unhealthy++;
      if (turn % READY_TURNS === 0) {
        await this.#client.ask("GET", { path: "/readyz" }).catch(() => this.unhealthy++);
      }
      await pause(HEALTH_MS, signal);
    }
  }

  async #sample(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#program.died) {
      // A process that has just ended has no vitals; that it has is told elsewhere.
      const vitals = await this.vitals().catch(() => null);
      if (vitals !== null) this.memory.add(this.elapsed, vitals.rssBytes);
      await pause(VITALS_MS, signal);
    }
  }
}
