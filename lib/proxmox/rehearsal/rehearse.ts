import type { Rehearsal, Rehearsals } from "../../database/rehearsals.ts";
import { AppError, type ErrorCode, messageOf } from "../../errors.ts";
import { ProxmoxError } from "../api/errors.ts";
import { clip } from "../clip.ts";
import type { Pve } from "../pve.ts";
import { type Booted, watchBoot } from "./boot.ts";
import {
  copyLabel,
  cutOff,
  destroyCopy,
  FORGOTTEN_MS,
  marksOf,
  placeOfCopy,
  unplug,
} from "./copy.ts";
import { unplugged } from "./hazards.ts";
import { cleanUp } from "./leftover.ts";
import { planRehearsal, type RehearsalPlan, type RehearsalWish } from "./plan.ts";

/** Who begins a rehearsal of what, and how long it may last. */
export interface Beginning extends RehearsalWish {
  readonly begunBy: string;
  readonly tokenName: string;
  readonly minutes: number;
}

/** What one rehearsal or clean-up at a time has, on whichever instance. */
export const REHEARSING = "rehearsal";

const MOST_BOOT_MS = 5 * 60_000;
/** What is no fault of the backup. */
const ABORTING: readonly ErrorCode[] = ["forbidden", "timeout", "unavailable"];
const MOST_ERROR = 1_000;

/**
 * Restores a backup to a copy that reaches nothing, starts it, asks it, and destroys it. What it is about to
 * do and what came of it is kept, so that another can clean up after it.
 *
 * @param options.begun told once it is kept, before the copy is made
 * @throws AppError when the copy could not be made or started, once that is kept
 */
export async function rehearse(
  pve: Pve,
  beginning: Beginning,
  { rehearsals, begun }: { rehearsals: Rehearsals; begun: (id: string) => void },
): Promise<Rehearsal> {
  const plan = await planRehearsal(pve, beginning);
  const run = new Run(pve, rehearsalOf(pve, beginning, plan), rehearsals);
  if (pve.dryRun) {
    await run.foresee(plan);
    return run.row;
  }
  await rehearsals.begin(run.row);
  begun(run.row.id);
  const deadline = run.row.begun.getTime() + beginning.minutes * 60_000;
  try {
    await run.restore(deadline);
    await run.boot(deadline);
  } catch (error) {
    // Who is told to end leaves the rest to whoever comes next.
    if (pve.signal.aborted || !(error instanceof AppError)) throw error;
    await run.failed(error);
    await run.cleanUp();
    throw error.withMessage(`${error.message} (${endText(run.row)})`);
  }
  await run.cleanUp();
  return run.row;
}

/** What became of the copy, for the end of a message. */
export function endText({ copyVmid, ended }: Rehearsal): string {
  return ended === null ? `the copy ${copyVmid} is not destroyed yet` : "no copy is left";
}

function rehearsalOf(
  pve: Pve,
  { begunBy, tokenName, vmid, node }: Beginning,
  { archive, copyVmid, storage }: RehearsalPlan,
): Rehearsal {
  return {
    // Plans of the same are the same, whenever they are made.
    id: pve.dryRun ? "with an id of its own" : crypto.randomUUID(),
    vmid,
    type: archive.type,
    volid: archive.volid,
    archiveTime: archive.time,
    node: node ?? archive.node,
    copyVmid,
    storage,
    begunBy,
    tokenName,
    begun: pve.now(),
    upid: "",
    state: "restoring",
    result: "",
    restoreMs: null,
    bootMs: null,
    answered: "",
    error: "",
    ended: null,
  };
}

/** One rehearsal on its way: each step is kept before the next one begins. */
class Run {
  readonly #pve: Pve;
  readonly #rehearsals: Rehearsals;
  /** True once no restore can make the copy any more. */
  #isSettled = false;
  #row: Rehearsal;

  constructor(pve: Pve, row: Rehearsal, rehearsals: Rehearsals) {
    this.#pve = pve;
    this.#row = row;
    this.#rehearsals = rehearsals;
  }

  get row(): Rehearsal {
    return this.#row;
  }

  /** Plans in a dry run what the others would send. */
  async foresee({ archive }: RehearsalPlan): Promise<void> {
    await this.#send();
    await unplug(this.#pve, this.#row, unplugged(archive.config));
    await this.#start();
    await destroyCopy(this.#pve, this.#row, { runs: true });
  }

  async restore(deadline: number): Promise<void> {
    const started = this.#now();
    try {
      await this.#keep({ upid: String(await this.#send()) });
    } catch (error) {
      this.#isSettled = isRefusal(error);
      throw error;
    }
    await this.#pve.finished(this.#row.upid, { timeout_seconds: this.#left(deadline) });
    this.#isSettled = true;
    await this.#keep({ restoreMs: this.#now() - started });
  }

  async boot(deadline: number): Promise<void> {
    const pve = this.#pve;
    await cutOff(pve, this.#row, this.#marks());
    await this.#keep({ state: "booting" });
    const started = this.#now();
    await pve.finished(await this.#start(), { timeout_seconds: this.#left(deadline) });
    const ms = Math.min(MOST_BOOT_MS, Math.max(0, deadline - this.#now()));
    const { answered, result, silent = "" }: Booted = await watchBoot(pve, this.#row, { ms });
    const told = Object.keys(answered).length > 0 ? JSON.stringify(answered) : "";
    await this.#keep({ result, answered: told, error: silent, bootMs: this.#now() - started });
  }

  async failed({ code, message }: AppError): Promise<void> {
    const result = ABORTING.includes(code) ? "aborted" : "failed";
    await this.#keep({ result, error: clip(message, MOST_ERROR) });
  }

  /** Whatever is left is tried again later by others. */
  async cleanUp(): Promise<void> {
    await this.#keep({ state: "destroying" });
    const why = await cleanUp(this.#pve, this.#row, { settled: this.#isSettled }).catch(
      (error) => {
        if (error instanceof AppError && !this.#pve.signal.aborted) return messageOf(error);
        throw error;
      },
    );
    if (why === undefined) return await this.#keep({ state: "ended", ended: this.#pve.now() });
    const left = `${copyLabel(this.#row)} is not destroyed yet: ${why}`;
    const said = this.#row.error === "" ? left : `${this.#row.error}; ${left}`;
    await this.#keep({ error: clip(said, MOST_ERROR) });
  }

  #send(): Promise<unknown> {
    const { copyVmid: vmid, node, storage, type, volid } = this.#row;
    return this.#pve.post("/nodes/{node}/{type}", { node, type }, {
      vmid,
      ...(type === "qemu" ? { archive: volid } : { ostemplate: volid, restore: true }),
      storage,
      unique: true,
      ...this.#marks(),
    });
  }

  #start(): Promise<unknown> {
    return this.#pve.post("/nodes/{node}/{type}/{vmid}/status/start", placeOfCopy(this.#row));
  }

  #marks() {
    const until = new Date(this.#row.begun.getTime() + FORGOTTEN_MS).toISOString();
    return marksOf(this.#row, this.#pve.dryRun ? "a day" : until);
  }

  #left(deadline: number): number {
    return Math.max(1, Math.round((deadline - this.#now()) / 1000));
  }

  #now(): number {
    return this.#pve.now().getTime();
  }

  async #keep(change: Partial<Rehearsal>): Promise<void> {
    this.#row = { ...this.#row, ...change };
    await this.#rehearsals.keep(this.#row);
  }
}

/** True when Proxmox has certainly not begun what was asked. */
function isRefusal(error: unknown): boolean {
  if (error instanceof ProxmoxError) return error.status !== undefined && error.status < 502;
  return error instanceof AppError && error.code === "forbidden";
}
