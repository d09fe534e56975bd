import { AppError } from "../../errors.ts";
import { compact, number, type Resource } from "../api/values.ts";
import { taskOf } from "../cluster/task_list.ts";
import type { HaHomes } from "../cluster/ha.ts";
import { forEachBounded } from "../fan_out.ts";
import { nameOf } from "../guest/about.ts";
import { type Guest, guestOf } from "../guest/directory.ts";
import { haManages, whyHaRests } from "../guest/ha_manages.ts";
import { currentState } from "../guest/power.ts";
import type { Pve } from "../pve.ts";
import { leaves } from "./arrival.ts";
import { dependentsIn, type MigrationWish, readConditions, reasonsAgainst } from "./conditions.ts";
import { sendMigration } from "./request.ts";
import type { Room } from "./room.ts";
import { sidOf } from "../cluster/ha_resources.ts";

/** What became of one guest. */
export interface DrainRow {
  readonly vmid: number;
  readonly name?: string;
  /** `moving` goes on by itself; `waiting` was not begun yet; `left` cannot go, or failed to. */
  readonly result: "moved" | "moving" | "waiting" | "left" | "planned";
  readonly target?: string;
  readonly method?: string;
  readonly detail?: string;
  readonly upid?: string;
}

interface Parts {
  readonly pve: Pve;
  /** The node that is to be empty. */
  readonly node: string;
  readonly wish: Omit<MigrationWish, "running" | "byHa"> & { readonly timeout_seconds: number };
  readonly room: Room;
  readonly homes: HaHomes;
  readonly includes: (vmid: number, node: string) => boolean;
}

/** A migration that runs. */
interface Begun {
  readonly target?: string;
  readonly method?: string;
  readonly detail?: string;
  /** None where HA moves the guest with another one. */
  readonly upid?: unknown;
}

type Fate = { readonly begun: Begun } | { readonly row: DrainRow };

const MIGRATIONS = ["qmigrate", "vzmigrate", "hamigrate"];

/** Moves guests off one node: each is chosen a place when its turn comes, then some are followed at once. */
export class Drain {
  readonly #parts: Parts;
  /** The tasks that move guests of the node already, by vmid. */
  readonly #underWay = new Map<number, string>();
  /** The guests that HA moves with another one, by vmid. */
  readonly #along = new Map<number, Begun>();
  #turn: Promise<unknown> = Promise.resolve();
  #done = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Moves the guests of these rows, so many at a time. One guest's failure stops no other. */
  async move(rows: readonly Resource[], { atOnce }: { atOnce: number }): Promise<DrainRow[]> {
    const { node, pve } = this.#parts;
    const tasks = await pve.list("/nodes/{node}/tasks", { node }, { source: "active" });
    for (const { id, type, upid } of tasks.map((row) => taskOf(row, node))) {
      if (MIGRATIONS.includes(type ?? "")) this.#underWay.set(Number(id), upid);
    }
    return await forEachBounded(rows, async (row) => {
      const result = await this.#moveOne(row);
      const total = rows.length;
      pve.progress(`guest ${result.vmid}: ${result.result}`, { progress: ++this.#done, total });
      return result;
    }, { atOnce });
  }

  async #moveOne(row: Resource): Promise<DrainRow> {
    const { pve } = this.#parts;
    const guest = guestOf(row);
    if (guest === undefined) throw new Error(`${row.id} is no guest`);
    try {
      const fate = await this.#inTurn(() => this.#begin(guest, number(row.maxmem) ?? 0));
      return "row" in fate ? fate.row : await this.#follow(guest, fate.begun);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (pve.dryRun) pve.check(`${nameOf(guest)} can leave`, false, error.message);
      return rowOf(guest, { result: "left", detail: error.message });
    }
  }

  /** Places are given one after the other: each rests on those before. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #begin(guest: Guest, memory: number): Promise<Fate> {
    const { pve, room, wish } = this.#parts;
    if (pve.patienceMs === 0) return { row: rowOf(guest, { result: "waiting" }) };
    const upid = this.#underWay.get(guest.vmid);
    if (upid !== undefined) return this.#planned(guest, { upid, detail: "was under way already" });
    const along = this.#along.get(guest.vmid);
    if (along !== undefined) return this.#planned(guest, along);
    if (!pve.dryRun) await pve.hold(guest.vmid);
    const state = await currentState(pve, guest);
    const { lock, status } = state;
    if (lock !== undefined) throw new AppError("conflict", `it is locked (${lock})`);
    const byHa = haManages(state);
    const against = byHa ? whyHaRests(pve, guest, state) : undefined;
    if (against !== undefined) throw new AppError("conflict", against);
    const running = status !== "stopped";
    const bytes = running ? memory : 0;
    const { dependents, target } = await this.#choose(guest, {
      bytes,
      wish: { ...wish, running, byHa },
    });
    room.take(target, bytes);
    const method = this.#methodOf(guest, { running, byHa });
    for (const vmid of dependents) {
      this.#along.set(vmid, { target, method, detail: `HA moves it with ${nameOf(guest)}` });
    }
    const sent = await pve.step(() =>
      sendMigration(pve, guest, { ...wish, running, byHa, target })
    );
    return this.#planned(guest, { upid: sent, target, method });
  }

  /** In a dry run that was all. */
  #planned(guest: Guest, begun: Begun): Fate {
    const { pve } = this.#parts;
    if (!pve.dryRun) return { begun };
    const { detail, method, target } = begun;
    const how = [method, target === undefined ? undefined : `to node ${target}`, detail];
    pve.check(`${nameOf(guest)}: ${how.filter((part) => part !== undefined).join(", ")}`, true, "");
    return { row: rowOf(guest, { result: "planned" }) };
  }

  /** The node with most room that nothing speaks against. */
  async #choose(
    guest: Guest,
    { bytes, wish }: { bytes: number; wish: MigrationWish },
  ): Promise<{ target: string; dependents: number[] }> {
    const { homes, includes, node, pve, room } = this.#parts;
    const conditions = await readConditions(pve, guest);
    const vmidOf = (sid: string) => Number(sid.slice(sid.indexOf(":") + 1));
    const knows = (sid: string) => includes(vmidOf(sid), node);
    const dependents = dependentsIn(conditions);
    if (!dependents.every(knows)) {
      throw new AppError(
        "forbidden",
        "HA moves guests with it that the token's limits do not include",
      );
    }
    const online = [node, ...room.nodes];
    const against = new Set<string>();
    for (const target of room.nodes) {
      const reasons = [
        ...reasonsAgainst(conditions, { guest, knows, target, wish }),
        ...these(homes.pullsBack(sidOf(guest), { from: node, to: target, online })),
        ...these(room.lacks(target, bytes)),
      ];
      if (reasons.length === 0) return { target, dependents: dependents.map(vmidOf) };
      for (const reason of reasons) against.add(reason);
    }
    throw new AppError("conflict", [...against].join("; "));
  }

  #methodOf({ type }: Guest, { running, byHa }: { running: boolean; byHa: boolean }): string {
    const how = !running ? "offline" : type === "qemu" ? "live" : "with a restart";
    return byHa ? `${how}, by HA` : how;
  }

  async #follow(guest: Guest, { upid, ...begun }: Begun): Promise<DrainRow> {
    const { pve, wish: { timeout_seconds } } = this.#parts;
    const told = { ...begun, ...(upid === undefined ? {} : { upid: String(upid) }) };
    if (upid !== undefined) {
      const task = await pve.task(upid, { timeout_seconds });
      if (task.status === "running") return rowOf(guest, { ...told, result: "moving" });
    }
    const at = await leaves(pve, guest);
    return at === undefined
      ? rowOf(guest, { ...told, result: "moving", detail: "HA has been asked and moves it" })
      : rowOf(guest, { ...told, result: "moved", target: at });
  }
}

function these(reason: string | undefined): string[] {
  return reason === undefined ? [] : [reason];
}

/** `vm:101`, as HA names a guest. */
function rowOf(
  { name, vmid }: Guest,
  became: Omit<DrainRow, "vmid" | "name">,
): DrainRow {
  return compact({ vmid, name, ...became });
}
