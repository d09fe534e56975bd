import { fileURLToPath } from "node:url";
import { Gun } from "./gun.ts";
import { callsOf, complaint, leakIn } from "./invariants.ts";
import type { Program } from "./program.ts";
import { Rows } from "./rows.ts";
import type { Bearer, Door, Shot } from "./shots.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const REFUSED = ["invalid", "denied"];

/** Everything that a shot is held against, and what was counted. */
export class Range {
  readonly #program: Program;
  readonly #gun: Gun;
  readonly #rows: Rows;
  readonly #forbidden: readonly string[];
  readonly counts = new Map<string, number>();
  readonly heard: string[] = [];
  shots = 0;
  /** Changes that were sent and are no longer in the simulator's list. */
  #changed = 0;

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
    const calls = answer?.status === 202
      ? await this.#rows.later(requestId, wanted ?? 0)
      : await this.#rows.now(requestId);
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

function isChange({ method }: { method: string }): boolean {
  return method !== "GET";
}
