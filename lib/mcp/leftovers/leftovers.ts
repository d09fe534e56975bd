import type { Rehearsals } from "../../database/rehearsals.ts";
import { Looking, type Surroundings } from "./looking.ts";
import { lookForPasses } from "./passes.ts";
import { lookForRehearsals } from "./rehearsals.ts";

interface Options extends Pick<Surroundings, "background" | "isStopping"> {
  readonly clusters: readonly string[];
  readonly rehearsals: (cluster: string) => Rehearsals;
  /** The clusters of which `rehearsals` may tell something, asked for all at once. */
  readonly rehearsing: () => Promise<string[]>;
  readonly logOf: (cluster: string) => Surroundings["log"];
  readonly monotonic: () => number;
}

/** Sees to what calls have left over whose server ended before them. */
export class Leftovers {
  readonly #rehearsing: Options["rehearsing"];
  readonly #rehearsals: ReadonlyMap<string, Looking>;
  readonly #passes: readonly Looking[];
  #asking: Promise<void> | undefined;

  constructor({ clusters, logOf, monotonic, rehearsals, rehearsing, ...options }: Options) {
    const around = (cluster: string) => ({ ...options, cluster, log: logOf(cluster) });
    this.#rehearsing = rehearsing;
    this.#rehearsals = new Map(clusters.map((cluster) => {
      const look = lookForRehearsals(around(cluster), rehearsals(cluster));
      return [cluster, new Looking(look, monotonic)];
    }));
    // Where there is one cluster no guest comes in.
    this.#passes = clusters.length === 1
      ? []
      : clusters.map((cluster) => new Looking(lookForPasses(around(cluster)), monotonic));
  }

  /** Looks everywhere. */
  sweep(): void {
    for (const each of this.#passes) each.sweep();
    this.#asking = this.#sweepRehearsals();
  }

  /** Resolves when nothing is looked for. */
  async idle(): Promise<void> {
    await this.#asking;
    await Promise.all([...this.#rehearsals.values(), ...this.#passes].map((each) => each.idle()));
  }

  async #sweepRehearsals(): Promise<void> {
    // A database that is away is asked again at the next sweep.
    for (const cluster of await this.#rehearsing().catch(() => [])) {
      this.#rehearsals.get(cluster)?.sweep();
    }
  }
}
