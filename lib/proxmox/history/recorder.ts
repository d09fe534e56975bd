import type { History } from "../../database/history.ts";
import { AppError, messageOf, oneLine } from "../../errors.ts";
import { Slots } from "../../upstream/slots.ts";
import type { Log } from "../../log/log.ts";
import { isKind } from "../api/errors.ts";
import { forEachBounded } from "../fan_out.ts";
import { guestsIn } from "../guest/directory.ts";
import { offlineNodes } from "../inventory.ts";
import { onlyLooking } from "../only_looking.ts";
import { Pve } from "../pve.ts";
import type { PveShared } from "../pve_parts.ts";
import { namedBy, OBJECTS, serialized } from "./content.ts";
import { type Looked, objectsOfCluster, objectsOfGuest, objectsOfNode } from "./look.ts";

const MINUTE_MS = 60_000;
/** How often an instance asks whether it is its turn; the lease keeps all of them to one look an hour. */
const ASK_MS = 5 * MINUTE_MS;
const EVERY_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * EVERY_MS;
const AT_ONCE = 2;
/** Of all clusters at once, so that the looks of many do not come in one heap. */
const CLUSTERS_AT_ONCE = 4;
const LOOKING = { places: CLUSTERS_AT_ONCE, perCaller: 1, waiting: 1 };
/** Between two objects, so that nobody's calls wait for a look. */
const PAUSE_MS = 100;

/** All that there is may be looked at: what is told of it is filtered by each caller's reach. */
const EVERYTHING = {
  everything: true,
  everywhere: true,
  guest: () => true,
  node: () => true,
  sees: () => true,
};

export interface HistoryRecorderOptions {
  readonly shared: PveShared;
  readonly history: History;
  readonly days: number;
  readonly log: Pick<Log, "warning">;
  /** Shared with the recorders of other clusters. */
  readonly looks: Slots;
}

/** The places for looks, which the recorders of all clusters share. */
export function placesToLook(): Slots {
  return new Slots();
}

/** Looks once an hour, on one of the instances, how everything is, and keeps what has changed. */
export class HistoryRecorder {
  readonly #options: HistoryRecorderOptions;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #told = "";

  constructor(options: HistoryRecorderOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run(this.#closing.signal);
  }

  /** Ends a look that is under way; what it has seen stays kept. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { sleep } = this.#options.shared;
    for (let ms = MINUTE_MS; !signal.aborted; ms = ASK_MS) {
      // Being woken by the end is no failure.
      await sleep(ms, signal).catch(() => {});
      if (!signal.aborted) await this.#turn(signal);
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    let leave: (() => void) | undefined;
    try {
      const caller = this.#options.shared.cluster;
      leave = await this.#options.looks.enter({ lane: "look", caller, limits: LOOKING }, signal);
      const giveBack = await this.#options.shared.leases.take("history", EVERY_MS);
      if (giveBack === undefined) return;
      try {
        this.#tell(await this.look(signal));
      } catch (error) {
        await giveBack();
        throw error;
      }
    } catch (error) {
      if (!signal.aborted) this.#tell([messageOf(error)]);
    } finally {
      leave?.();
    }
  }

  /** A problem that stays the same is told once. */
  #tell(problems: readonly string[]): void {
    const [first = "", ...others] = problems;
    const more = others.length === 0 ? "" : `; so are ${others.length} others`;
    const line = first === "" ? "" : `History lacks something: ${oneLine(first)}${more}`;
    if (line !== this.#told && line !== "") this.#options.log.warning(line);
    this.#told = line;
  }

  /**
   * Looks at everything once. Resolves with what could not be seen, a line each.
   *
   * @throws AppError when not even the list of what there is can be had
   */
  async look(signal: AbortSignal): Promise<readonly string[]> {
    const { shared, history, days } = this.#options;
    const pve = this.#pve(signal);
    const resources = await pve.resources();
    const guests = guestsIn(resources);
    const nodes = resources.filter((row) => row.type === "node").map((row) => row.node ?? "");
    const offline = offlineNodes(resources);
    const known = new Set([
      ...guests.flatMap((guest) => objectsOfGuest(pve, guest)),
      ...nodes.flatMap((node) => objectsOfNode(pve, node)),
    ].map(({ object }) => object));
    const objects = [
      ...objectsOfCluster(pve),
      ...nodes.filter((node) => !offline.has(node)).flatMap((node) => objectsOfNode(pve, node)),
      ...guests.filter(({ node }) => !offline.has(node))
        .flatMap((guest) => objectsOfGuest(pve, guest)),
    ];
    const living = new Set(await history.living());
    const { state: before } = await history.around(OBJECTS.look, shared.now());
    const problems = await forEachBounded(objects, async (each) => {
      await shared.sleep(PAUSE_MS, signal);
      // What was not there at the last look has come since.
      const absent = living.has(each.object) ? undefined : before?.until;
      return await this.#keep(each, absent);
    }, { atOnce: AT_ONCE });
    await this.#bury(living, known);
    await history.keep(OBJECTS.look, { at: shared.now(), content: "{}" });
    await history.sweep(new Date(shared.now().getTime() - days * DAY_MS));
    return problems.filter((problem) => problem !== undefined);
  }

  async #keep({ object, read }: Looked, absent: Date | undefined): Promise<string | undefined> {
    const { history, shared } = this.#options;
    try {
      const at = shared.now();
      const content = serialized(await read());
      if (absent !== undefined) await history.keep(object, { at: absent, content: null });
      await history.keep(object, { at, content });
    } catch (error) {
      this.#closing.signal.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      // It has gone or moved since the list was read.
      if (isKind(error, "missing")) return;
      return `${namedBy(object).about} could not be looked at: ${error.message}`;
    }
  }

  /** Keeps that guests and nodes are gone. A list without any is one of a token that may see none. */
  async #bury(living: ReadonlySet<string>, known: ReadonlySet<string>): Promise<void> {
    const { history, shared } = this.#options;
    const kindOf = (object: string) => /^.*(?=\/)/.exec(object)?.[0] ?? "";
    const kinds = new Set([...known].map(kindOf));
    for (const object of living) {
      if (known.has(object) || !kinds.has(kindOf(object))) continue;
      await history.keep(object, { at: shared.now(), content: null });
    }
  }

  #pve(signal: AbortSignal): Pve {
    const call = { caller: "history", signal, reach: EVERYTHING, action: "look what has changed" };
    return new Pve(this.#options.shared, onlyLooking(call));
  }
}
